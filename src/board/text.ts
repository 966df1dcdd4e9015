import { join, type Octets, octets, octetsFrom } from '../wire/octets.ts';
import { ErrorResponse } from './error-response.ts';
import { limits } from './limits.ts';
import type { Lines } from './unified-diff.ts';

const DOT = 0x2e;

const BARE_LF = octets`Text contains a LF without CR.`;
const NUL = octets`Text contains a NUL character.`;

/** The form that the text of a DATA command must have. */
export interface TextRules {
  /** what 150 asks the client to send */
  readonly prompt: Octets;
  /** octets of text kept. A longer text is received to its end, then refused. */
  readonly maxOctets: number;
  /** whether the first line is a grogname (in an edit: the status line, which is ignored) */
  readonly grogname: boolean;
  /** the stripped line in the form it is stored in. @throws ErrorResponse */
  line(line: Octets): Octets;
  /** where lines are kept. Default: an array */
  lines?(): KeptLines;
}

interface KeptLines extends Lines {
  push(line: Octets): unknown;
}

export class ReceivedText {
  readonly grogname: Octets;
  readonly lines: Lines;

  constructor(grogname: Octets, lines: Lines) {
    this.grogname = grogname;
    this.lines = lines;
  }

  /** lines ended by LF */
  get text(): Octets {
    const lines = Array.from({ length: this.lines.length }, (_, n) => this.lines.at(n) ?? octets``);
    return lines.length === 0 ? octets`` : octets`${join(lines, octets`\n`)}\n`;
  }
}

/**
 * A new item, a reply or a message of the day. Carets are doubled, so that no text can contain cookies (RGTP 2.2.8).
 */
export const contributionRules: TextRules = {
  prompt: octets`grogname and text`,
  maxOctets: limits.contribution,
  grogname: true,
  line(line) {
    if (line.length > limits.textLine) throw new ErrorResponse(423, octets`Line too long for text of item.`);
    return line.startsWith('^') ? octets`^${line}` : line;
  },
};

/** Takes the lines from 150 to the dot. Remembers the first fault for the answer. */
export class TextReceiver {
  readonly #rules: TextRules;
  #grogname: Octets | undefined;
  #lines: KeptLines;
  #octets = 0;
  #error: ErrorResponse | undefined;
  readonly #bareLf: boolean;

  /** @param bareLf the client ends its commands with LF alone, so its text may, too */
  constructor(rules: TextRules, bareLf = false) {
    this.#rules = rules;
    this.#lines = rules.lines?.() ?? [];
    this.#bareLf = bareLf;
  }

  /**
   * Takes a line without its end. Returns true after the last: a dot between two CRLFs. A dot after a bare LF is text,
   * and refused: otherwise the author of a text that a gateway relays could have the rest run as the gateway's
   * commands.
   *
   * @param endedBare with LF alone
   * @param afterBare so did the line before it
   * @throws ErrorResponse 582 for a dot that is not doubled: client and server disagree on where the text ends
   */
  line(raw: Buffer, endedBare = false, afterBare = false): boolean {
    if (!this.#bareLf && (endedBare || afterBare)) {
      this.#refuse(423, BARE_LF);
      return false;
    }
    const end = endOf(raw);
    if (end === 0 || raw[0] !== DOT) this.#take(octetsFrom(raw, 0, end));
    // A dot followed by blanks ends the text for groggsd, and is text for spurge: a relay must not choose between them.
    else if (raw.length === 1) return true;
    else if (end === 1 || raw[1] !== DOT)
      throw new ErrorResponse(582, octets`Line starting with \`.' wasn't dot-doubled or endmarker.`);
    else this.#take(octetsFrom(raw, 1, end));
    return false;
  }

  /** Notes a line longer than the protocol allows. */
  tooLong(): void {
    this.#refuse(512, octets`Line in transmitted data is far too long.`);
  }

  /** The received text. @throws ErrorResponse for the first fault */
  finish(): ReceivedText {
    if (this.#error !== undefined) throw this.#error;
    if (this.#octets > this.#rules.maxOctets) {
      throw new ErrorResponse(423, octets`Data is too long for a Reply or Contribution.`);
    }
    return new ReceivedText(this.#grogname ?? octets``, this.#lines);
  }

  #take(line: Octets): void {
    if (line.includes('\0')) this.#refuse(423, NUL);
    if (this.#rules.grogname && this.#grogname === undefined) {
      this.#grogname = line;
      if (line.length > limits.grogname) this.#refuse(425, octets`Grogname too long.`);
      return;
    }
    if (this.#error !== undefined) return;
    try {
      const kept = this.#rules.line(line);
      this.#octets += kept.length + 1;
      if (this.#octets <= this.#rules.maxOctets) this.#lines.push(kept);
    } catch (error) {
      if (!(error instanceof ErrorResponse)) throw error;
      this.#error = error;
      this.#lines = [];
    }
  }

  /** Makes no error for each of thousands of lines: that would take 2 µs each. */
  #refuse(code: number, text: Octets): void {
    // 512 takes precedence: the line limit is the protocol's own.
    if (this.#error !== undefined && (code !== 512 || this.#error.code === 512)) return;
    this.#error = new ErrorResponse(code, text);
    this.#lines = [];
  }
}

/** Where trailing white space begins (C's isspace: blank, and TAB to CR). */
function endOf(line: Buffer): number {
  let end = line.length;
  for (; end > 0; end--) {
    const octet = line[end - 1] ?? 0;
    if (octet !== 0x20 && (octet < 0x09 || octet > 0x0d)) break;
  }
  return end;
}

/** A command line without trailing white space. */
export function stripLine(line: Buffer): Octets {
  return octetsFrom(line, 0, endOf(line));
}
