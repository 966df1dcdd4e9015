import type { Text } from '../../wire/octets.ts';
import { Trouble } from '../../wire/trouble.ts';

/**
 * An article that can't be posted. The message is for its author: newsreaders show the text of 441 verbatim, so it
 * names the header or line and the reason, in one line.
 */
export class PostingError extends Trouble {
  constructor(message: Text, options?: ErrorOptions) {
    super(message, options);
    this.name = 'PostingError';
  }
}

/** An author's text, fit to be quoted in a message: printable, on one line, at most `limit` characters. */
export function quoted(text: Text, limit = 60): string {
  const start = text.slice(0, 4 * limit);
  const line = start.replace(/[\p{C}\s]+/gu, ' ').trim();
  const cut = line.length > limit || start.length < text.length;
  return `"${cut ? `${line.slice(0, limit)}…` : line}"`;
}

/** A character in the form in which people look it up: `U+202E`. */
export function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
