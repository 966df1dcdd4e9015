import { createHash } from 'node:crypto';
import type { Octets } from '../../wire/octets.ts';

/** What a post is to become on the board. `edit` replaces the text of a post, `withdrawal` removes an item. */
export type Deed =
  | { readonly kind: 'item'; readonly subject: Octets }
  | { readonly kind: 'reply'; readonly itemId: string }
  | { readonly kind: 'continuation'; readonly subject: Octets }
  | { readonly kind: 'motd' }
  | { readonly kind: 'edit'; readonly itemId: string }
  | { readonly kind: 'withdrawal'; readonly itemId: string };

/**
 * What is about to happen, written down before the command that makes it happen: enough to find it on the board if its
 * answer never came.
 */
export interface Plan {
  readonly deed: Deed;
  readonly userid: Octets;
  /** of the text: `hashOf` */
  readonly hash: string;
  /** the highest sequence number known before, −1 if none; the post's is higher */
  readonly after: number;
  readonly references: string;
}

const FORMAT = 1;

export function formatPlan(plan: Plan): string {
  return JSON.stringify({ format: FORMAT, ...plan });
}

/** `undefined`: an intent this version can't read. */
export function parsePlan(details: string): Plan | undefined {
  try {
    // written by `formatPlan`, which says so
    const plan = JSON.parse(details) as Plan & { readonly format: number };
    return plan.format === FORMAT ? plan : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Names a text, so that it is known again on the board. Leading dots and carets don't count (spurge keeps them doubled),
 * nor do empty lines at the end.
 */
export function hashOf(lines: readonly Octets[]): string {
  const last = lines.findLastIndex((line) => line !== '');
  const hash = createHash('sha256');
  for (const line of lines.slice(0, last + 1)) hash.update(`${line.replace(/^[.^]+/, '')}\n`, 'latin1');
  return hash.digest('base64url').slice(0, 32);
}

/** What two posts have in common that can't be told apart on the board. */
export function textKey(userid: Octets, hash: string): string {
  return `${userid.toLowerCase()} ${hash}`;
}
