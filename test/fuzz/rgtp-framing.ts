import { stripLine } from '../../src/board/text.ts';
import { block, serverLine, Taken } from './pieces.ts';

/** RGTP, and 520, which only CONT has. 484 and 550 are the server's own faults. */
const KNOWN = new Set([
  ...['100', '120', '122', '130', '133', '150', '200', '211', '220', '230', '231', '232', '233', '250', '280', '333'],
  ...['350', '410', '411', '421', '422', '423', '424', '425', '432', '433', '481', '482', '483', '500', '510', '511'],
  ...['512', '520', '531', '532', '550', '582'],
]);
/** More lines of the same answer follow. */
const PRELIMINARY = new Set(['100', '120', '122', '130', '133']);
/** The server closes after these; 482 also refuses a registration, and stays. */
const LAST = new Set(['280', '481', '482', '483', '582']);
const LONGEST_ANSWER = 300;
const LONGEST_LINE = 300;
const CR = 0x0d;

/**
 * Follows an RGTP session over its octets: each command has one answer with its preliminary lines and its data, text is
 * taken where 150 asks for it, and nothing is left over. @throws Error where it is out of step
 */
export function checkRgtpFraming(sent: Buffer, received: Buffer): void {
  const lines = new Taken(sent);
  const answers = new Taken(received);
  let code = answer(answers, 'the connection');
  for (let line = lines.line(); line !== undefined; line = lines.line()) {
    if (LAST.has(code) && answers.empty) return;
    const text = stripLine(line);
    if (text === '' && line.length <= LONGEST_LINE) continue;
    const shown = JSON.stringify(text.slice(0, 80));
    code = answer(answers, shown);
    if (code !== '150') continue;
    const end = takeText(lines, line.at(-1) !== CR);
    if (end === 'cut') return;
    code = answer(answers, 'a text');
    if (end === 'undoubled' && code !== '582') throw new Error(`an undoubled dot was answered ${code}`);
  }
  if (!answers.empty) throw new Error(`more than was asked for: ${answers.rest.toString('latin1', 0, 200)}`);
}

/** The code of the final line. */
function answer(answers: Taken, after: string): string {
  for (;;) {
    const line = serverLine(answers, after);
    const code = line.slice(0, 3);
    if (!KNOWN.has(code) || (line.length > 3 && line[3] !== ' ')) throw new Error(`the answer to ${after}: ${line}`);
    if (line.length > LONGEST_ANSWER) throw new Error(`${line.length} octets of answer to ${after}`);
    if (code === '250') block(answers, after);
    if (!PRELIMINARY.has(code)) return code;
  }
}

/**
 * Passes over text up to its dot, or the dot that is not doubled. A client that ends its commands with CRLF has to end
 * the lines of its text so, too: what stands around a bare LF is no end.
 */
function takeText(lines: Taken, bareLf: boolean): 'complete' | 'undoubled' | 'cut' {
  let lineStart = true;
  for (let line = lines.line(); line !== undefined; line = lines.line()) {
    const endedBare = line.at(-1) !== CR;
    const length = endedBare ? line.length : line.length - 1;
    if (length > LONGEST_LINE) {
      lineStart = !endedBare;
      continue;
    }
    const isText = !bareLf && (endedBare || !lineStart);
    lineStart = !endedBare;
    if (isText) continue;
    const text = stripLine(line);
    if (text === '.') return 'complete';
    if (text.startsWith('.') && text[1] !== '.') return 'undoubled';
  }
  return 'cut';
}
