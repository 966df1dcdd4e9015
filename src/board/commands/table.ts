import { type Octets, octets } from '../../wire/octets.ts';
import { ErrorResponse } from '../error-response.ts';
import { alvl } from './alvl.ts';
import { auth } from './auth.ts';
import type { Command } from './command.ts';
import { cont } from './cont.ts';
import { data } from './data.ts';
import { dbug } from './dbug.ts';
import { diff } from './diff.ts';
import { edab } from './edab.ts';
import { edcf } from './edcf.ts';
import { edit } from './edit.ts';
import { edix } from './edix.ts';
import { edlk } from './edlk.ts';
import { edul } from './edul.ts';
import { elog } from './elog.ts';
import { helpOn } from './help.ts';
import { indx } from './indx.ts';
import { item } from './item.ts';
import { motd } from './motd.ts';
import { mots } from './mots.ts';
import { newi } from './newi.ts';
import { noop } from './noop.ts';
import { quit } from './quit.ts';
import { regu } from './regu.ts';
import { repl } from './repl.ts';
import { stat } from './stat.ts';
import { udbm } from './udbm.ts';
import { user } from './user.ts';

/** In HELP's order: by access level. */
const commands = {
  AUTH: auth,
  ALVL: alvl,
  DBUG: dbug,
  HELP: helpOn((): readonly string[] => Object.keys(commands)),
  MOTD: motd,
  NOOP: noop,
  QUIT: quit,
  REGU: regu,
  USER: user,
  ELOG: elog,
  INDX: indx,
  ITEM: item,
  STAT: stat,
  CONT: cont,
  DATA: data,
  NEWI: newi,
  REPL: repl,
  DIFF: diff,
  EDLK: edlk,
  EDUL: edul,
  EDIT: edit,
  EDIX: edix,
  EDAB: edab,
  EDCF: edcf,
  MOTS: mots,
  UDBM: udbm,
} as const satisfies Record<string, Command>;

const byName: ReadonlyMap<string, Command> = new Map(Object.entries(commands));

/** Commands are four letters in either case. */
export function findCommand(word: string): Command | undefined {
  return byName.get(word) ?? byName.get(word.toUpperCase());
}

/** An HTTP request line or header: no RGTP command begins with a word that ends in a colon. */
const HTTP = /^\S+:(?:\s|$)|\sHTTP\/\d(?:\.\d)?$/i;

/** The response to a line that names no command. */
export function unknownCommand(line: Octets): ErrorResponse {
  // A web page can make a browser send commands in the body of a request.
  return HTTP.test(line)
    ? new ErrorResponse(482, octets`This is an RGTP server, not a web server.`)
    : new ErrorResponse(510, octets`Unknown command.`);
}
