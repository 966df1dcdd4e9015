import { decodeDeclared } from '../../wire/declared-charset.ts';
import { CharsetError } from '../../wire/undeclared-charset.ts';
import { showsNothing } from '../deceptive.ts';
import { groggsLimits } from './board-limits.ts';
import { refuseEncodedFiles } from './encoded-files.ts';
import { PostingError, quoted } from './error.ts';
import type { Entity } from './fields.ts';
import { type TextLine, unfoldFlowed } from './flowed.ts';
import { type Part, readTree } from './mime-tree.ts';
import { visibleLines } from './text-lines.ts';
import { decodeTransfer } from './transfer.ts';

export interface TextRules {
  /** the most octets of text that any board takes in one post */
  readonly maxText: number;
  /** what to do with files and pictures: refuse the article, or put a line in their place */
  readonly attachments: 'refuse' | 'drop';
}

export const usualTextRules: TextRules = { maxText: groggsLimits.contribution, attachments: 'refuse' };

/** The most octets that can become one on the board: UTF-8 spelled in Latin-1. */
const SHRINKS = 4;
/** The same in quoted-printable, with its soft line ends. */
const ENCODED = 13;
/** Types of parts that may repeat a text in another form (RFC 2046 §5.1.4). */
const RENDERING = /^text\/(?:html|enriched|richtext|rtf|markdown|x-amp-html|watch-html)$/;
/** Signatures of octets that the board does not keep (RFC 1847). */
const SIGNATURE = /^application\/(?:pgp-signature|(?:x-)?pkcs7-signature)$/;
const MAX_NAMED = 5;

/**
 * The text of an article: the plain text of its whole MIME structure, decoded, unfolded if it is `format=flowed`,
 * composed (NFC), in lines without line ends and control characters. A board carries nothing but text. Anything else,
 * except other renderings of the same text and signatures, throws `PostingError` or is named in the text: nothing is
 * dropped silently. (No library was found that reports what it leaves out.)
 */
export function readText(article: Entity, rules: TextRules = usualTextRules): TextLine[] {
  const tree = readTree(article);
  return new TextReader(rules).read(tree);
}

/** What a part holds for people. */
interface Found {
  readonly lines: readonly TextLine[] | undefined;
  /** media type of a rendering that is not plain text */
  readonly rendering: string | undefined;
}

const NOTHING: Found = { lines: undefined, rendering: undefined };

class TextReader {
  readonly #rules: TextRules;
  readonly #files: string[] = [];
  #octets = 0;
  #hasText = false;

  constructor(rules: TextRules) {
    this.#rules = rules;
  }

  read(top: Part): TextLine[] {
    const { lines, rendering } = top.parts.length > 0 ? this.#multipart(top) : this.#top(top);
    const files = this.#files;
    if (files.length > 0 && (this.#rules.attachments === 'refuse' || lines === undefined)) {
      const more = files.length > MAX_NAMED ? ' …' : '';
      throw new PostingError(
        `attachments can't be posted: ${files.slice(0, MAX_NAMED).join(', ')}${more}; the board takes plain text`,
      );
    }
    if (lines === undefined) {
      throw new PostingError(
        `Content-Type: ${rendering ?? top.type} only; the board takes plain text, please post text/plain`,
      );
    }
    return visibleLines(withFiles(lines, files));
  }

  /** If the whole article is one part, a file name is only its author's name for the text (Gnus, mailx). */
  #top(part: Part): Found {
    if (part.type === 'text/plain') return this.#text(part);
    if (RENDERING.test(part.type)) return { lines: undefined, rendering: part.type };
    throw new PostingError(`Content-Type: ${nameOf(part)} can't be posted; the board takes plain text`);
  }

  #part(part: Part): Found {
    if (part.parts.length > 0) return this.#multipart(part);
    if (SIGNATURE.test(part.type)) return NOTHING;
    if (part.disposition !== 'attachment') {
      // The first text may have a name; a further one with a name is a file.
      if (part.type === 'text/plain' && (part.file === undefined || !this.#hasText)) return this.#text(part);
      if (RENDERING.test(part.type) && part.file === undefined) return { lines: undefined, rendering: part.type };
    }
    this.#files.push(nameOf(part));
    return NOTHING;
  }

  #multipart({ type, parts }: Part): Found {
    const found = parts.map((part) => this.#part(part));
    if (type === 'multipart/alternative') return alternative(found);
    return this.#mixed(found);
  }

  /** The parts, one after the other. The first kind of rendering is named only if there is no text. */
  #mixed(found: readonly Found[]): Found {
    const renderings = found.filter(({ rendering }) => rendering !== undefined);
    const texts = found.map(({ lines }) => lines).filter((lines) => lines !== undefined);
    const [first] = renderings;
    if (texts.length === 0) return first ?? NOTHING;
    // Just text and HTML: the same content, from a program that does not know multipart/alternative.
    const isPair = found.length === 2 && found[0]?.lines !== undefined;
    if (first?.rendering !== undefined && !isPair) this.#files.push(first.rendering);
    const visible = texts.filter((lines) => !lines.every(({ text }) => showsNothing(text)));
    const lines = visible.flatMap((each, i) => (i > 0 ? [EMPTY_LINE, ...each] : each));
    return { lines, rendering: undefined };
  }

  #text({ body, encoding, parameters }: Part): Found {
    this.#hasText = true;
    // Check its size alone, before doing anything with it.
    this.#bound(body.length, ENCODED);
    const bytes = decodeTransfer(body, encoding);
    this.#octets += bytes.length;
    this.#bound(this.#octets, SHRINKS);
    refuseEncodedFiles(bytes);
    const text = decode(bytes, parameters.get('charset') ?? '').replace(/^\uFEFF/, '');
    const lines = text.split(/\r\n|[\n\r]/);
    // the end of the last line, not a line after it
    if (lines.at(-1) === '') lines.pop();
    const flowed = parameters.get('format')?.toLowerCase() === 'flowed';
    const delSp = parameters.get('delsp')?.toLowerCase() === 'yes';
    return {
      lines: flowed ? unfoldFlowed(lines, delSp) : lines.map((line) => ({ text: line, flowed: false })),
      rendering: undefined,
    };
  }

  #bound(octets: number, times: number): void {
    const { maxText } = this.#rules;
    if (octets > maxText * times) {
      throw new PostingError(`the text is ${octets} octets long; the board takes ${maxText} at most`);
    }
  }
}

/** RFC 2046 §5.1.4: the same content in several forms. The plain text is enough; two that differ are an error. */
function alternative(found: readonly Found[]): Found {
  const texts = found.filter(({ lines }) => lines !== undefined);
  if (
    new Set(
      texts.map(({ lines }) =>
        lines
          ?.map(({ text }) => text.trim())
          .join('\n')
          .trim(),
      ),
    ).size > 1
  ) {
    throw new PostingError('Content-Type: multipart/alternative holds two texts that differ');
  }
  return texts[0] ?? found.find(({ rendering }) => rendering !== undefined) ?? NOTHING;
}

const EMPTY_LINE: TextLine = { text: '', flowed: false };

/** Adds a line for each file that was left out, before the signature, which readers hide. */
function withFiles(lines: readonly TextLine[], files: readonly string[]): TextLine[] {
  if (files.length === 0) return [...lines];
  const notes = files.map((file) => ({ text: `[Attachment left out: ${file}]`, flowed: false }));
  const signature = lines.findLastIndex(({ text }) => text === '-- ' || text === '--');
  const end = signature < 0 ? lines.length : signature;
  return [...lines.slice(0, end), EMPTY_LINE, ...notes, ...lines.slice(end)];
}

function nameOf({ type, file }: Part): string {
  const shown = /^[\w!#$&^.+-]{1,60}\/[\w!#$&^.+-]{1,60}$/.test(type) ? type : quoted(type);
  return file === undefined ? shown : `${shown} (${quoted(file)})`;
}

function decode(bytes: Buffer, charset: string): string {
  try {
    return decodeDeclared(bytes, charset);
  } catch (error) {
    if (!(error instanceof CharsetError)) throw error;
    throw new PostingError(`Content-Type: ${error.message}`, { cause: error });
  }
}
