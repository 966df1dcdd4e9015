import { commands } from 'nntp-server';
import { fromPackage } from './command.ts';
import { loginRefused } from './login-refused.ts';

const own = fromPackage(commands['AUTHINFO USER'], { syntax: 'name', words: [1, 1], needs: 'nothing' });

/** RFC 4643 §2.3. The package's, once a login is possible at all. */
export const authinfoUser: typeof own = {
  ...own,
  run: (session, words, raw) => loginRefused(session) ?? own.run(session, words, raw),
  capability(session, report) {
    if (session.canLogin) report.push(['AUTHINFO', 'USER']);
  },
};
