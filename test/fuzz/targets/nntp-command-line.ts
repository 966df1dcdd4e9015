import assert from 'node:assert/strict';
import { findCommand } from '../../../src/nntp/commands/table.ts';
import { afterTwoWords, lineText, wordsOf } from '../../../src/nntp/syntax/command-line.ts';
import { newsreaderLines } from '../seeds.ts';
import type { ParserTarget } from '../target.ts';

/** RFC 3977 §3.1: command lines, and the command that they name. */
export const nntpCommandLine: ParserTarget = {
  name: 'nntp-command-line',
  seeds: newsreaderLines,
  words: ['AUTHINFO', 'PASS ', 'LIST', 'ACTIVE', '\t', '  ', 'MODE READER', 'é', '\xff'],
  run(input) {
    const text = lineText(input);
    if (text === undefined) {
      assert(input.includes(0), 'refused without a NUL');
      return;
    }
    const words = wordsOf(text);
    assert(words.every((word) => word !== '' && !/[ \t]/.test(word)));
    assert.equal(words.join(''), text.replace(/[ \t]/g, ''));
    assert(text.endsWith(afterTwoWords(text)));
    const found = findCommand(words);
    if (typeof found === 'string') assert.match(found, /^50[01] /);
    else assert(found.keywords <= words.length && words[0]?.toUpperCase() === found.command.head.split(' ')[0]);
  },
};
