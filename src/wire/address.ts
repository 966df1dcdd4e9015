import { isIPv6 } from 'node:net';

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;
/** The same in the form that a balancer may pass on: 192.0.2.1 is `::ffff:c000:201`. */
const MAPPED_IN_HEX = /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/i;
const GROUPS_OF_64 = 4;
const GROUPS = 8;

/** IPv4-mapped addresses as IPv4, without a zone. */
export function plainAddress(address: string): string {
  // The most common case, and the fastest.
  if (!address.includes(':')) return address;
  const [, high, low] = MAPPED_IN_HEX.exec(address) ?? [];
  if (high !== undefined && low !== undefined) {
    return [high, low]
      .flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff])
      .join('.');
  }
  return MAPPED.exec(address)?.[1] ?? address.split('%', 1)[0] ?? address;
}

/** The key under which connections are counted together: an IPv4 address, or an IPv6 /64, which is one customer's. */
export function addressKey(address: string): string {
  const plain = plainAddress(address);
  if (!plain.includes(':') || !isIPv6(plain)) return plain;
  const [head = '', tail] = plain.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : GROUPS - before.length - after.length;
  const groups = [...before, ...Array<string>(Math.max(0, zeros)).fill('0'), ...after];
  return `${groups
    .slice(0, GROUPS_OF_64)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}

/**
 * The host to pass to `listen`. `::` is left out: node then falls back to `0.0.0.0` on a machine without IPv6, where
 * asking for `::` fails.
 */
export function listenHost(host: string): string | undefined {
  return host === '::' ? undefined : host;
}
