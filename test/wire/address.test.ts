import { expect, it } from 'vitest';
import { parseProxyHeader } from '../../src/nntp/connection/proxy-protocol.ts';
import { addressKey, listenHost, plainAddress } from '../../src/wire/address.ts';

it('leaves the choice between :: and 0.0.0.0 to node, and nothing else', () => {
  expect(listenHost('::')).toBeUndefined();
  expect(['0.0.0.0', '::1', 'localhost'].map(listenHost)).toEqual(['0.0.0.0', '::1', 'localhost']);
});

it.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['::FFFF:c000:0201', '192.0.2.1'],
  ['::ffff:c000:201', '192.0.2.1'],
  ['::ffff:0:1', '0.0.0.1'],
  ['::fffe:c000:201', '0:0:0:0::/64'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::ffff:1.2.3.4', '2001:db8:1:2::/64'],
  ['2001:DB8:01:0002::', '2001:db8:1:2::/64'],
  ['2001:db8::5', '2001:db8:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['', ''],
])('%s is counted as %s', (address, key) => {
  expect(addressKey(address)).toBe(key);
  expect(addressKey(plainAddress(address))).toBe(key);
});

it('who comes over IPv4 is told apart, however a balancer writes it', () => {
  const header = (last: number) => {
    const mapped = [...Array<number>(10).fill(0), 0xff, 0xff, 192, 0, 2, last];
    const addresses = [...mapped, ...mapped, 0, 119, 0, 119];
    const head = [...Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1'), 0x21, 0x21, 0, addresses.length];
    return parseProxyHeader(Buffer.from([...head, ...addresses]));
  };
  for (const last of [1, 2]) {
    const parsed = header(last);
    if (typeof parsed === 'string') throw new Error(parsed);
    expect(addressKey(parsed.address ?? '')).toBe(`192.0.2.${last}`);
  }
});
