/**
 * An article that can't be posted. The message is for its author: newsreaders show the text of 441 verbatim, so it
 * names the header or line and the reason, in one line.
 */
export class PostingError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'PostingError';
  }
}

/** Something an author wrote, as one short quoted word for a message: printable, at most `limit` characters. */
export function quoted(text: string, limit = 60): string {
  const line = text.replace(/[\p{C}\s]+/gu, ' ').trim();
  return `"${line.length > limit ? `${line.slice(0, limit)}…` : line}"`;
}
