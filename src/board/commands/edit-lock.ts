import { octets } from '../../wire/octets.ts';
import type { CommandSession } from '../command-session.ts';
import { ErrorResponse } from '../error-response.ts';

/** EDIT and EDIX need the lock and no edit in progress. After either, CONT is refused. @throws ErrorResponse 500, 532 */
export function requireLock(session: CommandSession): void {
  session.work.requireNoEdit();
  if (!session.board.lock.heldBy(session)) throw new ErrorResponse(532, octets`EDLK required before EDIT/EDIX.`);
  session.work.moveOn();
}
