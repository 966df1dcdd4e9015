import type { AccessLevel } from '../access.ts';
import { authorise } from '../login.ts';
import { noArguments, Refusal } from '../refusal.ts';
import { checkUserid } from '../users.ts';
import type { Command } from './command.ts';

/** RGTP 2.2.3: `USER userid [1|2|3]` */
export const user: Command = {
  level: 0,
  async run(session, args) {
    const [, name = '', rest = ''] = /^(\S*)\s*(.*)$/s.exec(args) ?? [];
    const [, digit = '', more = ''] = /^(\S*)\s*(.*)$/s.exec(rest) ?? [];
    const level = levelFrom(digit);
    noArguments(more);
    if (session.userid !== undefined) throw new Refusal(500, 'Already logged in.');
    const checked = checkUserid(name);
    if ('wrong' in checked) {
      throw new Refusal(511, `Malformed or missing userid (\`${name.slice(0, 50)}', ${checked.wrong})`);
    }
    session.userid = checked.userid;
    await authorise(session, checked.userid, level);
  },
};

/** `undefined`: none asked for. */
export function levelFrom(digit: string): AccessLevel | undefined {
  if (digit === '') return undefined;
  if (digit === '1') return 1;
  if (digit === '2') return 2;
  if (digit === '3') return 3;
  throw new Refusal(511, 'Requested access level is malformed.');
}
