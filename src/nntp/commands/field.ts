import type { NntpSession } from '../session.ts';
import { status } from '../syntax/status.ts';
import { type Span, spanOf } from './target.ts';

/** RFC 3977 §9.8: any header name; of the metadata, those that §8.1 defines. */
const NAME = /^[!-9;-~]+$/;
const METADATA: ReadonlySet<string> = new Set([':bytes', ':lines']);

/** What HDR, XHDR and XPAT are asked for. */
export interface FieldOfSpan extends Span {
  /** in lower case */
  readonly field: string;
}

/** The field and the articles that a command names; else the status line that refuses it. */
export function fieldOfSpan(session: NntpSession, name: string, word: string | undefined): FieldOfSpan | string {
  const field = name.toLowerCase();
  if (field.startsWith(':') && !METADATA.has(field)) return status.unsupported;
  if (!field.startsWith(':') && !NAME.test(field)) return status.syntax;
  const span = spanOf(session, word);
  return typeof span === 'string' ? span : { ...span, field };
}
