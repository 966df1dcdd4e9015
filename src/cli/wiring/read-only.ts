/** Until logins and posting are wired: everybody reads, nobody posts. */

import type { Logins, Poster } from '../../bridge/ports.ts';
import { Refusal } from '../../nntp/backend.ts';

export const guestsOnly: Logins = {
  authenticate: () => Promise.reject(new Refusal('unavailable', 'no logins yet')),
  access: () => ({ read: true, post: false, loginHelps: false }),
  level: () => 1,
};

export const noPosting: Poster = {
  post: () => Promise.reject(new Refusal('unavailable', 'no posting yet')),
  wants: () => 'later',
  suggestMessageId: () => `<${Date.now().toString(36)}@localhost.invalid>`,
};
