/** A line of text as sent; or, if `flowed`, a paragraph that was sent as several lines. */
export interface TextLine {
  readonly text: string;
  readonly flowed: boolean;
}

/**
 * Unfolds `format=flowed` (RFC 3676 §4): paragraphs become single lines; quote marks are normalised to one `>` per
 * level and a blank. Only lines of the same quote depth are joined, and empty lines never: a blank left after the last
 * word of a paragraph does not swallow the empty line after it. `lines` have no line ends.
 */
export function unfoldFlowed(lines: readonly string[], delSp: boolean): TextLine[] {
  const out: TextLine[] = [];
  let paragraph: { depth: number; pieces: string[] } | undefined;
  const flush = () => {
    if (paragraph !== undefined)
      out.push({ text: withQuotes(paragraph.depth, paragraph.pieces.join('')), flowed: true });
    paragraph = undefined;
  };
  for (const line of lines) {
    const depth = depthOf(line);
    // §4.4: one blank after the quote marks is stuffing
    const text = line.slice(line[depth] === ' ' ? depth + 1 : depth);
    const empty = text.trim() === '';
    // §4.3: the signature separator looks flowed but is not
    const flowed = text.endsWith(' ') && text !== '-- ' && !empty;
    if (paragraph !== undefined && (paragraph.depth !== depth || text === '-- ' || empty)) flush();
    if (!flowed && paragraph === undefined) {
      out.push({ text: withQuotes(depth, text), flowed: true });
      continue;
    }
    paragraph ??= { depth, pieces: [] };
    paragraph.pieces.push(flowed && delSp ? text.slice(0, -1) : text);
    if (!flowed) flush();
  }
  flush();
  return out;
}

function depthOf(line: string): number {
  let depth = 0;
  while (line[depth] === '>') depth++;
  return depth;
}

function withQuotes(depth: number, text: string): string {
  if (depth === 0) return text;
  return text === '' ? '>'.repeat(depth) : `${'>'.repeat(depth)} ${text}`;
}
