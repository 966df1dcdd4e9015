import { targetClaim } from './claim.ts';
import type { Command } from './command.ts';
import { moveTo, targetOf } from './target.ts';

/** RFC 3977 §6.2.4. Needs no text: an article exists once it is in the index. */
export const stat: Command = {
  head: 'STAT',
  syntax: '[number | message-id]',
  words: [0, 1],
  needs: 'read',
  claims: targetClaim,
  run(client, [word]) {
    const target = targetOf(client, word);
    if (typeof target === 'string') return target;
    moveTo(client, target, word);
    return `223 ${target.shown} ${target.messageId}`;
  },
};
