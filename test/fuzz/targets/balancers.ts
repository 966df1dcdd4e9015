import assert from 'node:assert/strict';
import { Listener } from '../../../src/nntp/connection/listener.ts';
import { plainAddress } from '../../../src/wire/address.ts';
import type { ParserTarget } from '../target.ts';

const SETTINGS = { proxyProtocol: true, cleartextAuth: false };
const STRANGERS = ['203.0.113.77', '2001:db8:ffff::77', 'fe80::1', '::1', '127.0.0.1', '255.255.255.255'];

/** Whose PROXY headers are believed: addresses and networks, a line each; then whom to ask about. */
export const balancers: ParserTarget = {
  name: 'balancers',
  seeds: () => [
    '192.0.2.1',
    '10.0.0.0/8\n10.1.2.3',
    '2001:db8::/32\n2001:db8::1',
    '::ffff:192.0.2.1/128\n192.0.2.1',
    '0.0.0.0/0\n1.2.3.4',
    '::/0\n::1',
  ],
  words: ['/', ':', '::', '.', '0.0.0.0/0', '/33', '/129', '::ffff:', '%eth0', '-1', '1e1', '0x7f', ' '],
  maxOctets: 300,
  run(input) {
    const [entry = '', asked = ''] = input.toString('utf8').split('\n');
    let listener: Listener;
    try {
      listener = new Listener({ host: '::', port: 0, tls: false, balancers: [entry] }, SETTINGS);
    } catch (error) {
      assert(error instanceof Error && error.message.includes('is neither an address nor a network'), String(error));
      return;
    }
    const believed = STRANGERS.filter((stranger) => listener.trusts(stranger));
    // One address is no network, however it is spelt: at most itself is believed.
    if (!entry.includes('/')) assert(believed.length <= 1, believed.join());
    listener.trusts(plainAddress(asked));
  },
};
