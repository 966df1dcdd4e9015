import { type Octets, octetsFrom } from '../wire/octets.ts';
import { limits } from './limits.ts';
import { Refusal } from './refusal.ts';

const DOT = 0x2e;

/** What a DATA command is for decides what its text must look like. */
export interface TextRules {
  /** what 150 asks for */
  readonly prompt: string;
  /** most octets of text kept; beyond it the sender is heard out, and refused */
  readonly maxOctets: number;
  /** whether the first line is a grogname (in an edit: the status line, which is ignored) */
  readonly grogname: boolean;
  /** a line, stripped, as it is to be kept; throws Refusal */
  line(line: Octets): Octets;
  /** the last word on the whole; throws Refusal */
  check?(text: Octets): void;
}

export interface ReceivedText {
  readonly grogname: Octets;
  /** lines ended by LF */
  readonly text: Octets;
}

/** A new item, a reply, a message of the day: carets are doubled, so no text can pretend to hold cookies (RGTP 2.2.8). */
export const contributionRules: TextRules = {
  prompt: 'grogname and text',
  maxOctets: limits.contribution,
  grogname: true,
  line(line) {
    if (line.length > limits.textLine) throw new Refusal(423, 'Line too long for text of item.');
    return line.startsWith('^') ? `^${line}` : line;
  },
};

/** Takes the lines after 150 until the dot. The first thing wrong with them is kept for the answer after it. */
export class TextReceiver {
  readonly #rules: TextRules;
  #grogname: Octets | undefined;
  #text: Octets[] = [];
  #octets = 0;
  #refusal: Refusal | undefined;

  constructor(rules: TextRules) {
    this.#rules = rules;
  }

  /**
   * One line off the wire, without its end. True: it was the last.
   * @throws Refusal 582 for a dot that is not doubled: nobody can tell what comes next
   */
  line(raw: Buffer): boolean {
    // Trailing white space goes first: a dot and blanks end the text, too (groggsd).
    const line = stripEnd(raw);
    if (line[0] !== DOT) this.#take(octetsFrom(line));
    else if (line.length === 1) return true;
    else if (line[1] !== DOT) throw new Refusal(582, "Line starting with `.' wasn't dot-doubled or endmarker.");
    else this.#take(octetsFrom(line.subarray(1)));
    return false;
  }

  /** In place of a line longer than the wire allows. */
  tooLong(): void {
    this.#refuse(new Refusal(512, 'Line in transmitted data is far too long.'));
  }

  /** What was received. @throws Refusal with the first thing that was wrong */
  finish(): ReceivedText {
    if (this.#refusal !== undefined) throw this.#refusal;
    if (this.#octets > this.#rules.maxOctets) {
      throw new Refusal(423, 'Data is too long for a Reply or Contribution.');
    }
    const text = this.#text.join('');
    this.#rules.check?.(text);
    return { grogname: this.#grogname ?? '', text };
  }

  #take(line: Octets): void {
    if (line.includes('\0')) this.#refuse(new Refusal(423, 'Text contains a NUL character.'));
    if (this.#rules.grogname && this.#grogname === undefined) {
      this.#grogname = line;
      if (line.length > limits.grogname) this.#refuse(new Refusal(425, 'Grogname too long.'));
      return;
    }
    if (this.#refusal !== undefined) return;
    try {
      const kept = this.#rules.line(line);
      this.#octets += kept.length + 1;
      if (this.#octets <= this.#rules.maxOctets) this.#text.push(`${kept}\n`);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.#refuse(error);
    }
  }

  #refuse(refusal: Refusal): void {
    // A text that breaks the wire's own limit is told so, whatever else is wrong with it; otherwise the first fault.
    if (this.#refusal === undefined || refusal.code === 512) this.#refusal = refusal;
    this.#text = [];
  }
}

/** Without trailing white space (C's isspace: blank and TAB to CR). */
function stripEnd(line: Buffer): Buffer {
  let end = line.length;
  for (; end > 0; end--) {
    const octet = line[end - 1] ?? 0;
    if (octet !== 0x20 && (octet < 0x09 || octet > 0x0d)) break;
  }
  return line.subarray(0, end);
}

/** The same for a command line, which is read as octets. */
export function stripLine(line: Buffer): Octets {
  return octetsFrom(stripEnd(line));
}
