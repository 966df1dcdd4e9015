import { status } from '../status.ts';

/** RFC 3977 §9.8: any header name; of the metadata, those that §8.1 defines. */
const NAME = /^[!-9;-~]+$/;
const METADATA: ReadonlySet<string> = new Set([':bytes', ':lines']);

export type Field = { readonly name: string; readonly refused?: undefined } | { readonly refused: string };

/** The field of HDR, XHDR and XPAT in lower case, or the status line that refuses it. */
export function fieldOf(word: string): Field {
  const name = word.toLowerCase();
  if (name.startsWith(':')) return METADATA.has(name) ? { name } : { refused: status.unsupported };
  return NAME.test(name) ? { name } : { refused: status.syntax };
}
