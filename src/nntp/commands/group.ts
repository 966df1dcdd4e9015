import { fromPackage } from '../package/commands.ts';
import { extentClaim } from './claim.ts';

/** RFC 3977 §6.1.1. Uses the package's. A failure keeps the old selection. */
export const group = fromPackage.group({
  syntax: 'newsgroup',
  words: [1, 1],
  needs: 'read',
  claims: (_client, [name]) => extentClaim(name),
});
