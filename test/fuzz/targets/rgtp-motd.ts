import assert from 'node:assert/strict';
import { RgtpFormatError } from '../../../src/rgtp/errors.ts';
import { motdFieldOrder, parseMotd } from '../../../src/rgtp/motd.ts';
import { octetsFrom } from '../../../src/wire/octets.ts';
import { linesFrom } from '../seeds.ts';
import { type ParserTarget, unlessRefused } from '../target.ts';

const NOW = 1_796_000_000;

/** MOTD's data: a banner that decides about the order of its numbers, then the message. */
export const rgtpMotd: ParserTarget = {
  name: 'rgtp-motd',
  seeds: () => [
    'Experimental GROGGS system\n6B02111B 00000003\nWelcome\n^^caret',
    'RGTP\n00000003 6B02111B\n',
    'RGTP\n00000003 6B02111B 1',
  ],
  run(input) {
    const [banner = '', ...lines] = linesFrom(octetsFrom(input));
    const motd = unlessRefused(() => parseMotd(lines, motdFieldOrder(banner), NOW), RgtpFormatError);
    if (motd === undefined) return;
    assert.equal(motd.lines.length, lines.length - 1);
    assert(motd.sequence >= 0 && motd.sequence < 2 ** 32 && motd.time >= 0 && motd.time < 2 ** 32);
  },
};
