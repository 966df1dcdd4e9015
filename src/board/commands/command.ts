import type { Octets } from '../../wire/octets.ts';
import type { Soon } from '../../wire/soon.ts';
import type { AccessLevel } from '../access.ts';
import type { CommandSession } from '../command-session.ts';

export interface Command {
  /** below it: 531 */
  readonly level: AccessLevel;
  /** `args`: the rest of the line, without white space around it. Throws (or rejects with) Refusal. */
  run(session: CommandSession, args: Octets): Soon<void>;
}
