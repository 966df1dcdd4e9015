import { createHash } from 'node:crypto';
import type { Octets } from '../../wire/octets.ts';

/** What to do on the board. `edit` replaces the text of a post, `withdrawal` removes an item. */
export type Deed =
  | { readonly kind: 'item'; readonly subject: Octets }
  | { readonly kind: 'reply'; readonly itemId: string }
  | { readonly kind: 'continuation'; readonly subject: Octets }
  | { readonly kind: 'motd' }
  | { readonly kind: 'edit'; readonly itemId: string }
  | { readonly kind: 'withdrawal'; readonly itemId: string };

/** Identifies a row of the index: any other row in its place would differ in one of these. */
export interface Landmark {
  readonly sequence: number;
  /** unix seconds */
  readonly time: number;
  readonly itemId?: string | undefined;
  readonly userid: string;
}

/** What was known about the board when a plan was made: a board restored from a backup reuses its sequence numbers. */
export interface Moment {
  /** the newest row of the index; `undefined` if there was none */
  readonly newest?: Landmark | undefined;
  /** the highest article number: no row known at the time has a higher one, whatever happens to the board */
  readonly number: number;
}

/**
 * A post that the board had acknowledged but that had not been read when a plan was made: only the row of that time is
 * the post.
 */
export interface SeenPost {
  readonly messageId: string;
  /** unix seconds: the time of the row with its number; `undefined`: there was none */
  readonly time?: number | undefined;
}

/**
 * What a command is about to do, stored before the command is sent: enough to find the result on the board if the
 * answer never comes.
 */
export interface Plan {
  readonly deed: Deed;
  readonly userid: Octets;
  /** `hashOf` the text */
  readonly hash: string;
  /** the highest sequence number known before, −1 if none; the post's is higher, unless the board is restored */
  readonly after: number;
  /** `undefined` in plans of format 1 */
  readonly moment: Moment | undefined;
  readonly seen?: readonly SeenPost[] | undefined;
  readonly references: string;
  /** the Path that it arrived with; plans of earlier versions have none */
  readonly path?: string | undefined;
}

/** Format 1 had no `moment`. */
const FORMAT = 2;

export function formatPlan(plan: Plan): string {
  return JSON.stringify({ format: FORMAT, ...plan });
}

/** `undefined`: an intent that this version can't read. */
export function parsePlan(details: string): Plan | undefined {
  try {
    // written by `formatPlan`, which says so
    const { format, ...plan } = JSON.parse(details) as Plan & { readonly format: number };
    if (format === 1) return { ...plan, moment: undefined };
    return format === FORMAT ? plan : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Identifies a text on the board. Ignores leading dots and carets (which spurge keeps doubled) and empty lines at the
 * end.
 */
export function hashOf(lines: readonly Octets[]): string {
  const last = lines.findLastIndex((line) => line !== '');
  const hash = createHash('sha256');
  for (const line of lines.slice(0, last + 1)) hash.update(`${line.replace(/^[.^]+/, '')}\n`, 'latin1');
  return hash.digest('base64url').slice(0, 32);
}

/** Two posts with the same key can't be told apart on the board. */
export function textKey(userid: Octets, hash: string): string {
  return `${userid.toLowerCase()} ${hash}`;
}

/** Boards fold the case of the domain (groggsd) or of everything (spurge). */
export function sameUserid(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
