import assert from 'node:assert/strict';
import { formatMailbox } from '../../../src/news/mailbox.ts';
import { stripControls } from '../../../src/wire/charset.ts';
import type { ParserTarget } from '../target.ts';

/** A grogname, a line end, and a userid, as From. */
export const mailbox: ParserTarget = {
  name: 'mailbox',
  seeds: () => [
    'Ann\nann@rgtp.test',
    'The "Great" Ann\nann',
    '=?utf-8?q?x?=\na b@c',
    'Änn\nänn@rgtp.test',
    '\n\n',
    'x (y@z)\n.a.@b..c',
  ],
  words: ['"', '\\', '<', '>', '@', '=?', '?=', ',', 'é', '(', ')'],
  maxOctets: 1000,
  run(input) {
    const [name = '', userid = ''] = stripControls(input.toString('utf8').replace(/\n/, '\u2028')).split('\u2028');
    for (const mask of [false, true]) {
      const from = formatMailbox(name, userid, { domain: 'rgtp.test', mask });
      assert.match(from, /^[ -~]+$/);
      assert.match(from, /@[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+>?$/);
      assert(from.length < 998 - 'From: '.length, `${from.length} octets`);
    }
  },
};
