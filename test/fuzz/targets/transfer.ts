import assert from 'node:assert/strict';
import { PostingError } from '../../../src/news/posting/error.ts';
import { decodeTransfer } from '../../../src/news/posting/transfer.ts';
import { type ParserTarget, unlessRefused } from '../target.ts';

/** The value of Content-Transfer-Encoding, a line end, and a body. */
export const transfer: ParserTarget = {
  name: 'transfer',
  seeds: () => [
    'quoted-printable\nGr=C3=BC=C3=9Fe =\r\nda  \r\n',
    'base64\nR3LDvMOfZQ==\r\n',
    '8bit\nx',
    '(c) base64 (d)\n!',
    'x-uuencode\n',
  ],
  words: ['=', '=\r\n', '=3D', '  ', '(', ')', '\t'],
  maxOctets: 65_536,
  run(input) {
    const end = Math.max(0, input.indexOf('\n'));
    const body = input.subarray(end + 1);
    const decoded = unlessRefused(() => decodeTransfer(body, input.toString('latin1', 0, end)), PostingError);
    if (decoded !== undefined) assert(decoded.length <= body.length);
  },
};
