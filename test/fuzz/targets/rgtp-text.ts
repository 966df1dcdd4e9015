import assert from 'node:assert/strict';
import { indexRules, itemRules } from '../../../src/board/edit-text.ts';
import { ErrorResponse } from '../../../src/board/error-response.ts';
import { contributionRules, TextReceiver, type TextRules } from '../../../src/board/text.ts';
import { LineReader, TOO_LONG } from '../../../src/wire/line-reader.ts';
import { octetsFrom } from '../../../src/wire/octets.ts';
import { recordedItems, recordedRows, recordedTexts } from '../seeds.ts';
import { type ParserTarget, unlessRefused } from '../target.ts';

const ITEM = octetsFrom(
  Buffer.from('^00000003 6B02111B\nItem P3242146 from a (b) at 21.46 on Sat 21 Nov\nSubject: x\n\nText\n'),
);
const LINE = 300;
const RULES: readonly TextRules[] = [contributionRules, itemRules(ITEM), indexRules(3)];

/** Text as clients send it after 150, by each set of rules. */
export const rgtpText: ParserTarget = {
  name: 'rgtp-text',
  seeds: () => [...recordedTexts(), ...recordedItems(), ...recordedRows()],
  words: ['\r\n.\r\n', '\r\n..', '\r\n. \r\n', '^', '^^', '^00000003 6B02111B'],
  maxOctets: 32_768,
  ways: RULES.length,
  run(input, way) {
    const rules = RULES[way] ?? contributionRules;
    const reader = new LineReader(LINE);
    const receiver = new TextReceiver(rules);
    reader.feed(Buffer.concat([input, Buffer.from('\r\n.\r\n')]));
    const take = () => {
      for (let line = reader.next(); line !== undefined; line = reader.next()) {
        if (line === TOO_LONG) receiver.tooLong();
        else if (receiver.line(line)) return receiver.finish();
      }
      throw new Error('no end of the text');
    };
    const received = unlessRefused(take, ErrorResponse);
    if (received === undefined) return;
    const { text } = received;
    assert(text === '' || text.endsWith('\n'));
    assert(text.length <= rules.maxOctets && !text.includes('\0'));
    // A text must not be able to pretend that it holds another post.
    if (rules === contributionRules) for (const line of text.split('\n')) assert(!/^\^(?!\^)/.test(line), line);
  },
};
