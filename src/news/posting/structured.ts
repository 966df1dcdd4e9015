/**
 * Structured header fields as sent (RFC 5322 §3.2): comments, quoted strings, and the rest. Linear, whatever they hold.
 */
import { join, type Octets, octets, trimmed } from '../../wire/octets.ts';

export interface Piece {
  /** `text`: a character; `quoted` and `comment`: without delimiters and escapes; `literal`: `[…]` as it is */
  readonly kind: 'text' | 'quoted' | 'comment' | 'literal';
  readonly value: Octets;
}

const CLOSER: Readonly<Record<string, string>> = { '"': '"', '[': ']' };

/** The pieces of a field. What is opened but never closed is text, except a comment, which extends to the end. */
export function piecesOf(field: Octets): Piece[] {
  const pieces: Piece[] = [];
  /** delimiters known not to be closed later */
  const unclosed = new Set<string>();
  for (let at = 0; at < field.length; ) {
    const character = field.charAt(at);
    if (character === '(') {
      const { value, end } = commentAt(field, at);
      pieces.push({ kind: 'comment', value });
      at = end;
      continue;
    }
    const closer = CLOSER[character];
    const end = closer === undefined || unclosed.has(character) ? -1 : closedAt(field, at + 1, closer);
    if (closer !== undefined && end < 0) unclosed.add(character);
    if (end < 0) {
      pieces.push({ kind: 'text', value: character });
      at++;
    } else {
      const inner = field.slice(at + 1, end);
      pieces.push(
        character === '"'
          ? { kind: 'quoted', value: unescaped(inner) }
          : { kind: 'literal', value: octets`[${inner}]` },
      );
      at = end + 1;
    }
  }
  return pieces;
}

function closedAt(field: string, from: number, closer: string): number {
  for (let at = from; at < field.length; at++) {
    if (field[at] === '\\') at++;
    else if (field[at] === closer) return at;
  }
  return -1;
}

/** Comments nest (RFC 5322 §3.2.2). */
function commentAt(field: Octets, start: number): { value: Octets; end: number } {
  let value = octets``;
  let depth = 0;
  let at = start;
  for (; at < field.length; at++) {
    const character = field.charAt(at);
    if (character === '\\') value = value.concat(field.charAt(++at));
    else {
      if (character === ')' && --depth === 0) return { value, end: at + 1 };
      if (depth > 0) value = value.concat(character);
      if (character === '(') depth++;
    }
  }
  return { value, end: at };
}

function unescaped(text: Octets): Octets {
  return text.replace(/\\(.)/gs, (_, character) => character);
}

/** A field without its comments, each of which becomes a blank. Quoted strings are left as they are. */
export function withoutComments(field: Octets): Octets {
  if (!field.includes('(')) return trimmed(field);
  const parts = piecesOf(field).map((piece) => (piece.kind === 'comment' ? octets` ` : sourceOf(piece)));
  return trimmed(join(parts, octets``));
}

/** A piece that is not a comment, as sent. */
export function sourceOf({ kind, value }: Piece): Octets {
  return kind === 'quoted' ? octets`"${value.replace(/["\\]/g, (character) => octets`\\${character}`)}"` : value;
}
