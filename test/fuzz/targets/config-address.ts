import assert from 'node:assert/strict';
import { formatAddress, parseAddress } from '../../../src/config/addresses.ts';
import { addressKey, plainAddress } from '../../../src/wire/address.ts';
import type { ParserTarget } from '../target.ts';

/** Places on the network, as the configuration names them, and addresses as sockets do. */
export const configAddress: ParserTarget = {
  name: 'config-address',
  seeds: () => [
    'nntp://[::]:119',
    'rgtp://board.example.org',
    'nntps://192.0.2.1:563/',
    '::ffff:192.0.2.1',
    'fe80::1%eth0',
    '2001:db8::1',
  ],
  words: ['://', '[', ']', ':', '::', '%', '65536'],
  maxOctets: 500,
  run(input) {
    const text = input.toString('utf8');
    const address = parseAddress(text, ['nntp', 'nntps', 'rgtp']);
    if (address !== undefined) assert.deepEqual(parseAddress(formatAddress(address), [address.scheme]), address);
    assert(addressKey(text).length > 0 || text === '' || text.startsWith('%'));
    plainAddress(text);
  },
};
