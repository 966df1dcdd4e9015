import { bytesOf, join, latin1, type Octets, octets, octetsFrom, trimmed } from '../../wire/octets.ts';
import { CharsetError, decodeUndeclared } from '../../wire/undeclared-charset.ts';
import { PostingError, quoted } from './error.ts';
import { decoded, shown } from './fields.ts';
import { type Piece, piecesOf, sourceOf } from './structured.ts';

export interface Mailbox {
  /** decoded, on one line; may be empty */
  readonly name: string;
  readonly address: string;
}

/** A mailbox as sent. */
interface Sent {
  readonly name: Octets;
  readonly address: Octets;
}

const MAX_FROM = 2000;

/**
 * The first mailbox of From (RFC 5322 §3.4), with comments wherever they are allowed, or in the old form `address
 * (name)`. Like every newsreader, this also accepts `Smith, John <a@b>`, with a comma in an unquoted name. (No library
 * was found that reads all of these.)
 */
export function readMailbox(field: Octets): Mailbox {
  if (field.length > MAX_FROM) throw new PostingError(`From: is longer than ${MAX_FROM} octets`);
  const pieces = firstMailbox(afterGroupName(piecesOf(parsable(field))));
  const open = pieces.findIndex(isText('<'));
  const { name, address } = open < 0 ? bare(pieces) : bracketed(pieces, open);
  const read = shown(address);
  if (!/^.+@[^\s@<>]+$/s.test(read) || /[\s<>\p{Cc}]/u.test(read.replace(/^"(?:[^"\\]|\\.)*"(?=@)/, ''))) {
    throw new PostingError(`From: ${quoted(shown(field))} has no address like name@example.org`);
  }
  return { name: decoded('From', name), address: read };
}

const Q_WORD = /=\?[^?\s]+\?[qQ]\?[^?\r\n]*\?=/g;
const SPECIAL = /["(),.:;<>@[\\\]]/g;
/** Begins an escape of ISO-2022: what follows is not punctuation, whatever its octets. */
const ESC = '\x1b';

/** Hides octets that look like specials but are none: within an encoded word, and in raw ISO-2022. */
function parsable(field: Octets): Octets {
  const plain = field.includes(ESC) ? octetsFrom(Buffer.from(undeclared(field))) : field;
  return plain.replace(
    Q_WORD,
    (word) =>
      octets`${word.slice(0, 2)}${word.slice(2).replace(SPECIAL, (special) => latin1(`=${special.charCodeAt(0).toString(16).toUpperCase()}`))}`,
  );
}

function undeclared(field: Octets): string {
  try {
    return decodeUndeclared(bytesOf(field));
  } catch (error) {
    if (!(error instanceof CharsetError)) throw error;
    throw new PostingError(`From: ${error.message}`, { cause: error });
  }
}

function isText(value: string): (piece: Piece) => boolean {
  return (piece) => piece.kind === 'text' && piece.value === value;
}

/** `Group: a@b, c@d;` (RFC 5322 §3.4) */
function afterGroupName(pieces: readonly Piece[]): readonly Piece[] {
  const colon = pieces.findIndex(isText(':'));
  const before = pieces.slice(0, colon);
  return colon < 0 || before.some(isText('@')) || before.some(isText('<')) ? pieces : pieces.slice(colon + 1);
}

/** Up to the first comma that follows an address. */
function firstMailbox(pieces: readonly Piece[]): readonly Piece[] {
  let bracket = 0;
  let address = false;
  for (const [at, piece] of pieces.entries()) {
    if (isText('<')(piece)) bracket++;
    else if (isText('>')(piece)) bracket = 0;
    else if (isText('@')(piece)) address = true;
    else if (bracket === 0 && address && (isText(',')(piece) || isText(';')(piece))) return pieces.slice(0, at);
  }
  return pieces;
}

function bracketed(pieces: readonly Piece[], open: number): Sent {
  const close = pieces.findIndex((piece, at) => at > open && isText('>')(piece));
  const inside = pieces.slice(open + 1, close < 0 ? pieces.length : close);
  const name = phrase(pieces.slice(0, open)) || comments(pieces);
  // The route of RFC 822 (`<@relay:a@b>`) is obsolete.
  return { name, address: addrSpec(inside).replace(/^@[^:]*:/, octets``) };
}

function bare(pieces: readonly Piece[]): Sent {
  const text = textOf(pieces, sourceOf);
  const words = trimmed(text.replace(/[ \t]*([.@])[ \t]*/g, (_, mark) => mark));
  const quotedLocal = words.match(/^"(?:[^"\\]|\\.)*"@[^ \t]+$/)?.[0];
  const address = quotedLocal ?? words.split(/[ \t]+/).find((word) => word.includes('@')) ?? octets``;
  const name = trimmed(words.replace(address, octets``)).replace(/^"(.*)"$/, (_, quoted) => quoted);
  return { name: name || comments(pieces), address };
}

/** A display name: words as they are, quoted strings without their quotes. */
function phrase(pieces: readonly Piece[]): Octets {
  return trimmed(textOf(pieces, ({ value }) => value));
}

/** The pieces joined, with a blank for each comment. */
function textOf(pieces: readonly Piece[], of: (piece: Piece) => Octets): Octets {
  return join(
    pieces.map((piece) => (piece.kind === 'comment' ? octets` ` : of(piece))),
    octets``,
  );
}

/** The name in the oldest form, `address (name)`. */
function comments(pieces: readonly Piece[]): Octets {
  return trimmed(pieces.findLast(({ kind }) => kind === 'comment')?.value ?? octets``);
}

function addrSpec(pieces: readonly Piece[]): Octets {
  const parts = pieces.filter(({ kind, value }) => kind !== 'comment' && !(kind === 'text' && /[ \t]/.test(value)));
  return join(parts.map(sourceOf), octets``);
}
