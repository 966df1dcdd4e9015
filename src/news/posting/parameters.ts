/** Characters of a header that are looked at: no honest one is longer. */
const MAX_LENGTH = 2048;

export interface Parameters {
  /** lower case */
  readonly value: string;
  /** names in lower case; of two with one name the first counts */
  readonly parameters: ReadonlyMap<string, string>;
}

/**
 * Content-Type and Content-Disposition (RFC 2045 §5.1, RFC 2183): a value, then `; name=value` with tokens or quoted
 * strings. RFC 2231 pieces (`name*0=`) are joined, their character set is left undecoded: only file names use it, and
 * those appear in refusals only. Never throws.
 */
export function parseParameters(text: string): Parameters {
  const parameters = new Map<string, string>();
  // comments (RFC 5322 §3.2.2) stand outside quoted strings; one level is what is found in the wild
  const plain = text
    .slice(0, MAX_LENGTH)
    .replace(/"(?:[^"\\]|\\.)*"|\([^()]*\)/g, (piece) => (piece.startsWith('"') ? piece : ' '));
  const value = /^[^;]*/.exec(plain)?.[0].trim().toLowerCase() ?? '';
  const pattern = /;\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"?|([^;]*))/g;
  for (const [, key, inQuotes, token] of plain.matchAll(pattern)) {
    const name = (key ?? '').toLowerCase().replace(/\*\d*\*?$/, '');
    const piece = inQuotes?.replace(/\\(.)/g, '$1') ?? token?.trim() ?? '';
    const continues = /\*[1-9]\d*\*?$/.test(key ?? '');
    if (!parameters.has(name)) parameters.set(name, piece);
    else if (continues) parameters.set(name, `${parameters.get(name)}${piece}`);
  }
  return { value, parameters };
}
