import type { Octets } from '../../wire/octets.ts';
import type { Soon } from '../../wire/soon.ts';
import type { AccessLevel } from '../access.ts';
import type { CommandSession } from '../command-session.ts';

export interface Command {
  /** the access level it needs; 531 below it */
  readonly level: AccessLevel;
  /** @param args the rest of the line, trimmed. @throws ErrorResponse */
  run(session: CommandSession, args: Octets): Soon<void>;
}
