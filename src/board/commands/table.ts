import type { Octets } from '../../wire/octets.ts';
import { alvl } from './alvl.ts';
import { auth } from './auth.ts';
import type { Command } from './command.ts';
import { cont } from './cont.ts';
import { data } from './data.ts';
import { elog } from './elog.ts';
import { helpOn } from './help.ts';
import { indx } from './indx.ts';
import { item } from './item.ts';
import { motd } from './motd.ts';
import { newi } from './newi.ts';
import { noop } from './noop.ts';
import { quit } from './quit.ts';
import { repl } from './repl.ts';
import { stat } from './stat.ts';
import { user } from './user.ts';

/** In the order HELP lists them: by access level. */
export const commands = {
  AUTH: auth,
  ALVL: alvl,
  HELP: helpOn((): readonly string[] => Object.keys(commands)),
  MOTD: motd,
  NOOP: noop,
  QUIT: quit,
  USER: user,
  ELOG: elog,
  INDX: indx,
  ITEM: item,
  STAT: stat,
  CONT: cont,
  DATA: data,
  NEWI: newi,
  REPL: repl,
} as const satisfies Record<string, Command>;

const byName: ReadonlyMap<string, Command> = new Map(Object.entries(commands));

/** Commands are four letters in either case. */
export function findCommand(word: Octets): Command | undefined {
  return byName.get(word) ?? byName.get(word.toUpperCase());
}
