import { fromPackage } from '../package/commands.ts';
import type { Command } from './command.ts';
import { loginRefused } from './login-refused.ts';

const own = fromPackage.authinfoUser({ syntax: 'name', words: [1, 1], needs: 'nothing' });

/** RFC 4643 §2.3. Runs nntp-server's command, if a login is possible at all. */
export const authinfoUser: Command = {
  ...own,
  run: (client, words, raw) => loginRefused(client) ?? own.run(client, words, raw),
  capability(client, report) {
    if (client.canLogin) report.push(['AUTHINFO', 'USER']);
  },
};
