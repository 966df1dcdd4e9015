import { status } from '../syntax/status.ts';
import { extentClaim } from './claim.ts';
import type { Command } from './command.ts';
import { listActive } from './list-active.ts';

/** Keywords of RFC 3977 without a list here. Net::NNTP and newsie probe for DISTRIB.PATS. */
const NOT_SERVED: ReadonlySet<string> = new Set(['DISTRIB.PATS']);

/**
 * LIST without a keyword is LIST ACTIVE (RFC 3977 §7.6.1). A known keyword without a list here is answered 503, an
 * unknown one 501: Alpine asks for EXTENSIONS.
 */
export const list: Command = {
  head: 'LIST',
  syntax: '[keyword [argument]]',
  words: [0, 2],
  needs: 'read',
  claims: (_client, [keyword]) => (keyword === undefined ? extentClaim() : undefined),
  run(client, words, raw) {
    const [keyword] = words;
    if (keyword === undefined) return listActive.run(client, words, raw);
    return NOT_SERVED.has(keyword.toUpperCase()) ? `503 No list of ${keyword} here` : status.syntax;
  },
};
