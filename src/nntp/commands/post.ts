import { status } from '../syntax/status.ts';
import type { Command } from './command.ts';
import { receive } from './receive.ts';

/** RFC 3977 §6.3.1. Newsreaders show the text of 441, which is the backend's, verbatim. */
export const post: Command = {
  head: 'POST',
  syntax: '',
  words: [0, 0],
  needs: 'nothing',
  run(client) {
    const { access } = client;
    if (!access.post) return !client.authenticated && access.loginHelps ? client.loginStatus() : status.noPosting;
    const suggested = client.reader.suggestMessageId?.();
    // tin and slrn take the Message-ID from here, in INN's words.
    client.write(suggested === undefined ? '340 Send the article' : `340 Ok, recommended Message-ID ${suggested}`);
    return receive(client, suggested, 'post');
  },
  capability(client, report) {
    if (client.mayPost) report.push('POST');
  },
};
