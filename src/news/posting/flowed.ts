/**
 * Unfolds `format=flowed` (RFC 3676 §4): paragraphs become single lines; quote marks are normalised to one `>` a level
 * and a blank. Only lines of the same quote depth are joined. `lines` are without line ends.
 */
export function unfoldFlowed(lines: readonly string[], delSp: boolean): string[] {
  const out: string[] = [];
  let paragraph: { depth: number; text: string } | undefined;
  const flush = () => {
    if (paragraph !== undefined) out.push(withQuotes(paragraph.depth, paragraph.text));
    paragraph = undefined;
  };
  for (const line of lines) {
    const depth = /^>*/.exec(line)?.[0].length ?? 0;
    // §4.4: one blank after the quote marks is stuffing
    const text = line.slice(line[depth] === ' ' ? depth + 1 : depth);
    // §4.3: the signature separator looks flowed and is not
    const flowed = text.endsWith(' ') && text !== '-- ';
    if (paragraph !== undefined && (paragraph.depth !== depth || text === '-- ')) flush();
    const content = flowed && delSp ? text.slice(0, -1) : text;
    paragraph = { depth, text: (paragraph?.text ?? '') + content };
    if (!flowed) flush();
  }
  flush();
  return out;
}

function withQuotes(depth: number, text: string): string {
  if (depth === 0) return text;
  return text === '' ? '>'.repeat(depth) : `${'>'.repeat(depth)} ${text}`;
}
