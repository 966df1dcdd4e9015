import { isUtf8 } from 'node:buffer';
import { block, serverLine, Taken } from './pieces.ts';

const MULTI_LINE = new Set(['100', '101', '215', '220', '221', '222', '224', '225', '230', '231', '282']);
/** RFC 3977, RFC 4642, RFC 4643, RFC 4644, RFC 2980: the codes a client may get. 403 is "try again", 400 the end of a server. */
const KNOWN = new Set([
  ...['100', '101', '111', '200', '201', '205', '206', '211', '215', '220', '221', '222', '223', '224', '225', '230'],
  ...['231', '235', '240', '281', '282', '335', '340', '381', '383', '403', '411', '412', '420', '421', '422', '423'],
  ...['430', '435', '436', '437', '440', '441', '480', '481', '482', '483', '500', '501', '502', '503', '504', '580'],
  ...['203', '238', '239', '400', '431', '438', '439'],
]);
const LONGEST_ANSWER = 510;
/** What the server reads as one line; more is answered once, and discarded. */
const LONGEST_LINE = 2048;

/**
 * Follows an NNTP session over its octets: each line sent has exactly one answer of a known code, well-formed to its
 * end, articles are taken where they are asked for, and nothing is left over. @throws Error where it is out of step
 */
export function checkNntpFraming(sent: Buffer, received: Buffer): void {
  if (!isUtf8(received)) throw new Error('the answers are not UTF-8');
  if (/\r(?!\n)/.test(received.toString('latin1'))) throw new Error('a CR within a line');
  const lines = new Taken(sent);
  const answers = new Taken(received);
  answer(answers, 'the connection');
  for (let line = lines.line(); line !== undefined; line = lines.line()) {
    const shown = JSON.stringify(line.toString('latin1', 0, 80));
    const article = isTakethis(line);
    if (article && line.length <= LONGEST_LINE && !takeArticle(lines)) break;
    const code = answer(answers, shown);
    if (code === '400') break;
    if (MULTI_LINE.has(code) || (code === '211' && isListgroup(line))) block(answers, shown);
    if (code === '205') break;
    if (code === '340' || code === '335') {
      if (!takeArticle(lines)) break;
      answer(answers, 'an article');
    } else if (code === '383') {
      // The next line is a response, and the answer to it is one line.
      if (lines.line() === undefined) break;
      answer(answers, 'a SASL response');
    }
  }
  if (!answers.empty) throw new Error(`more than was asked for: ${answers.rest.toString('latin1', 0, 200)}`);
}

function answer(answers: Taken, after: string): string {
  const line = serverLine(answers, after);
  const code = line.slice(0, 3);
  if (!KNOWN.has(code) || line[3] !== ' ') throw new Error(`the answer to ${after}: ${line.slice(0, 200)}`);
  if (line.length > LONGEST_ANSWER) throw new Error(`${line.length} octets of answer to ${after}`);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: none belongs there
  if (/[\0-\x1f\x7f]/.test(line)) throw new Error(`a control character in the answer to ${after}`);
  return code;
}

/** Whether a line is LISTGROUP, and not one so long that it is not read. */
function isListgroup(line: Buffer): boolean {
  return line.length <= LONGEST_LINE && /^[ \t]*listgroup\b/i.test(line.toString('latin1'));
}

/** Whether an article follows the line, whatever the answer is. */
function isTakethis(line: Buffer): boolean {
  return /^[ \t]*takethis(?:[ \t]|$)/i.test(line.toString('latin1', 0, 64));
}

/** Passes over an article. False: its end was never sent. */
function takeArticle(lines: Taken): boolean {
  const { rest } = lines;
  if (rest.subarray(0, 3).toString('latin1') === '.\r\n') {
    lines.pass(3);
    return true;
  }
  const end = rest.indexOf('\r\n.\r\n');
  lines.pass(end < 0 ? rest.length : end + 5);
  return end >= 0;
}
