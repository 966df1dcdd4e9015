import { eventLoop } from '../../wire/fair-share.ts';
import type { Soon } from '../../wire/soon.ts';

/**
 * What a command answers: a line (without its CRLF), octets that go out as they are, or both; `null` ends the session,
 * `undefined` adds nothing.
 */
export type Answer = string | Buffer | LongAnswer | readonly (string | Buffer | null)[] | null | undefined;

/**
 * A multi-line answer too long to make at once. The transport takes a piece once the client has read what came before,
 * and lets other sessions in between. Pieces are whole lines, dot-stuffed; the transport adds the terminator. An error
 * before the first piece becomes a status line.
 */
export class LongAnswer {
  readonly status: string;
  readonly pieces: Iterable<Soon<Buffer>>;

  constructor(status: string, pieces: Iterable<Soon<Buffer>>) {
    this.status = status;
    this.pieces = pieces;
  }
}

const ZERO = 0x30;

/** The status code that an answer begins with, if any. */
export function statusOf(answer: Answer): number | undefined {
  const first = Array.isArray(answer) ? answer[0] : answer;
  if (first === null || first === undefined) return undefined;
  const line = first instanceof LongAnswer ? first.status : first;
  const digit = (at: number) => (typeof line === 'string' ? line.charCodeAt(at) : (line[at] ?? 0)) - ZERO;
  return 100 * digit(0) + 10 * digit(1) + digit(2);
}

/** A short multi-line answer in one Buffer: `lines` without CRLF, not yet dot-stuffed. */
export function listing(status: string, lines: Iterable<string>): Buffer {
  let text = `${status}\r\n`;
  for (const line of lines) text += line.startsWith('.') ? `.${line}\r\n` : `${line}\r\n`;
  return Buffer.from(`${text}.\r\n`);
}

const PIECE = 32 * 1024;
/** lines between looks at the clock */
const STRETCH = 16;

/**
 * Lines of an answer of any length, made as needed. `undefined` stands for work that gave no line. No line may begin
 * with a dot.
 */
export function* linePieces(lines: Iterable<string | undefined>): Generator<Buffer> {
  let text = '';
  let steps = 0;
  for (const line of lines) {
    if (line !== undefined) text += `${line}\r\n`;
    const tired = ++steps % STRETCH === 0 && eventLoop.over();
    if (text.length < PIECE && !tired) continue;
    yield Buffer.from(text);
    text = '';
  }
  if (text !== '') yield Buffer.from(text);
}
