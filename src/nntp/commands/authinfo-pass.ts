import { fromPackage } from '../package/commands.ts';
import { afterTwoWords } from '../syntax/command-line.ts';
import { status } from '../syntax/status.ts';
import type { Command } from './command.ts';
import { loginRefused } from './login-refused.ts';

/** RFC 4643 §2.3. Runs nntp-server's command on the line as received: white space in a password counts. */
export const authinfoPass: Command = {
  head: 'AUTHINFO PASS',
  syntax: 'password',
  words: [1, Number.POSITIVE_INFINITY],
  needs: 'nothing',
  run(client, _words, raw) {
    const refused = loginRefused(client);
    if (refused !== undefined) return refused;
    const { run, validate } = fromPackage.authinfoPass;
    const line = `AUTHINFO PASS ${afterTwoWords(raw)}`;
    return validate.test(line) ? run(client, line) : status.syntax;
  },
};
