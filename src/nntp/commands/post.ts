import type { Command } from '../command.ts';
import { status } from '../status.ts';
import { receive } from './receive.ts';

/** RFC 3977 §6.3.1. The text of 441 is what newsreaders show: the backend's, verbatim. */
export const post: Command = {
  head: 'POST',
  syntax: '',
  words: [0, 0],
  needs: 'nothing',
  run(session) {
    const { access } = session;
    if (!access.post) return !session.authenticated && access.loginHelps ? session.loginStatus() : status.noPosting;
    const suggested = session.server.backend.suggestMessageId();
    // tin and slrn take the Message-ID from here, in the words INN has for it.
    session.write(`340 Ok, recommended Message-ID ${suggested}`);
    return receive(session, suggested, 'post');
  },
  capability(session, report) {
    if (session.access.post) report.push('POST');
  },
};
