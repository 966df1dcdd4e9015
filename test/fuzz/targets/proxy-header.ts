import assert from 'node:assert/strict';
import { isIP } from 'node:net';
import { parseProxyHeader } from '../../../src/nntp/connection/proxy-protocol.ts';
import type { ParserTarget } from '../target.ts';

const SIGNATURE = '0d0a0d0a000d0a515549540a';
const header = (hex: string): Buffer => Buffer.from(SIGNATURE + hex, 'hex');

/** The PROXY protocol: who is at the other end of what a balancer passes on. */
export const proxyHeader: ParserTarget = {
  name: 'proxy-header',
  seeds: () => [
    header('2111000cc0000201c000020230390077'),
    header(`21210024${'20010db8'.padEnd(32, '0')}${'20010db8'.padEnd(31, '0')}130390077`),
    header('20000000'),
    header('21110010c0000201c00002023039007704000100'),
    'PROXY TCP4 192.0.2.1 192.0.2.2 12345 119\r\n',
    'PROXY TCP6 2001:db8::1 2001:db8::2 12345 119\r\n',
    'PROXY UNKNOWN\r\n',
  ],
  words: ['PROXY ', 'TCP4', 'TCP6', 'UNKNOWN', '\r\n', '::ffff:'],
  maxOctets: 3000,
  run(input) {
    const whole = parseProxyHeader(input);
    if (typeof whole === 'object') {
      assert(whole.length > 0 && whole.length <= input.length);
      if (whole.address !== undefined) assert(isIP(whole.address) !== 0, whole.address);
      assert(whole.port >= 0 && whole.port <= 65_535);
    }
    // However it is cut, the result is the same.
    for (let end = 0; end < Math.min(input.length, 64); end++) {
      const part = parseProxyHeader(input.subarray(0, end));
      if (part === 'incomplete') continue;
      assert.deepEqual(part, whole, `the first ${end} octets`);
    }
  },
};
