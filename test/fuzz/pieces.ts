import { createHash } from 'node:crypto';
import { Random } from './random.ts';

/** `input` in one to six pieces; where it is cut depends on what it says. */
export function pieces(input: Buffer): Buffer[] {
  const random = new Random(createHash('sha256').update(input).digest('hex'));
  const cuts = random.some(0, 5, () => random.below(input.length + 1)).sort((a, b) => a - b);
  return [0, ...cuts]
    .map((from, i) => input.subarray(from, cuts[i] ?? input.length))
    .filter(({ length }) => length > 0);
}

/** Takes a stream of octets apart, from its beginning. */
export class Taken {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get empty(): boolean {
    return this.#at >= this.#bytes.length;
  }

  get rest(): Buffer {
    return this.#bytes.subarray(this.#at);
  }

  pass(octets: number): void {
    this.#at += octets;
  }

  /** The octets before the next LF, CR included; `undefined`: there is none. */
  line(): Buffer | undefined {
    const end = this.#bytes.indexOf(0x0a, this.#at);
    if (end < 0) return undefined;
    const line = this.#bytes.subarray(this.#at, end);
    this.#at = end + 1;
    return line;
  }
}

/** A line of a server's, which ends CRLF; latin1. @throws Error where it is none */
export function serverLine(answers: Taken, after: string): string {
  const line = answers.line()?.toString('latin1');
  if (line === undefined) throw new Error(`no answer to ${after}`);
  if (!line.endsWith('\r')) {
    throw new Error(`a line that does not end CRLF, after ${after}: ${JSON.stringify(line)}`);
  }
  return line.slice(0, -1);
}

/** Takes the lines of a block up to the dot. @throws Error where it does not end, or a dot is not doubled */
export function block(answers: Taken, after: string): string[] {
  const lines: string[] = [];
  for (;;) {
    const line = serverLine(answers, `${after}, within a block`);
    if (line === '.') return lines;
    if (line.startsWith('.') && line[1] !== '.') throw new Error(`a dot is not doubled: ${JSON.stringify(line)}`);
    lines.push(line);
  }
}
