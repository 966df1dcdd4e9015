/**
 * PROXY protocol version 2, by which balancers such as HAProxy say whose connection they pass on. Parsed by hand:
 * proxy-protocol-js needs the whole header, so its length would have to be read and bounded here anyway;
 * findhit-proxywrap patches net.Server.
 */
const SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
const HEAD = 16;
const VERSION_2 = 0x20;
const LOCAL = 0x20;
const PROXY = 0x21;
const TCP4 = 0x11;
const TCP6 = 0x21;
/** Addresses take at most 216 octets; the rest is extensions, which are skipped. */
const MOST = 2048;
const IPV4 = 4;
const IPV6 = 16;

export type ProxyHeader =
  /** more octets are needed */
  | 'incomplete'
  | 'invalid'
  /** `length`: octets of the header; no address if the balancer speaks for itself (health checks) or can't tell */
  | { readonly length: number; readonly address: string | undefined; readonly port: number };

export function parseProxyHeader(bytes: Buffer): ProxyHeader {
  const known = Math.min(bytes.length, SIGNATURE.length);
  if (!bytes.subarray(0, known).equals(SIGNATURE.subarray(0, known))) return 'invalid';
  if (bytes.length < HEAD) return 'incomplete';
  const [command = 0, family = 0] = bytes.subarray(SIGNATURE.length);
  const length = HEAD + bytes.readUInt16BE(HEAD - 2);
  if ((command & 0xf0) !== VERSION_2 || (command !== LOCAL && command !== PROXY) || length > MOST) return 'invalid';
  if (bytes.length < length) return 'incomplete';
  const size = family === TCP4 ? IPV4 : family === TCP6 ? IPV6 : 0;
  if (command === LOCAL || size === 0) return { length, address: undefined, port: 0 };
  const addresses = bytes.subarray(HEAD, length);
  if (addresses.length < 2 * size + 4) return 'invalid';
  const source = addresses.subarray(0, size);
  return { length, address: size === IPV4 ? source.join('.') : ipv6(source), port: addresses.readUInt16BE(2 * size) };
}

function ipv6(octets: Buffer): string {
  const groups = Array.from({ length: IPV6 / 2 }, (_, i) => octets.readUInt16BE(2 * i).toString(16));
  // The URL parser writes IPv6 addresses in their short form (RFC 5952).
  return new URL(`http://[${groups.join(':')}]/`).hostname.slice(1, -1);
}
