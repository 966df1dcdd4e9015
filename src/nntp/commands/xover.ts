import { parseRange } from '../syntax/range.ts';
import { status } from '../syntax/status.ts';
import { spanClaim } from './claim.ts';
import type { Command } from './command.ts';
import { overview } from './over.ts';

/** RFC 2980 §2.8: what most readers still send. slrn asks with no group selected, and expects 412. */
export const xover: Command = {
  head: 'XOVER',
  syntax: '[range]',
  words: [0, 1],
  needs: 'read',
  claims: spanClaim,
  run(client, [word]) {
    if (word !== undefined && !parseRange(word)) return status.syntax;
    return overview(client, word, status.noCurrent);
  },
};
