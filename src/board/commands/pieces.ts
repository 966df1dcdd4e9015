/** Answers too long to build in one piece. */
import { eventLoop } from '../../wire/fair-share.ts';
import { bytesOf, octets } from '../../wire/octets.ts';
import type { CommandSession } from '../command-session.ts';
import { ErrorResponse } from '../error-response.ts';
import type { IndexLog } from '../index-log.ts';

const END = Buffer.from('.\r\n');

/**
 * Sends an answer piece by piece, no faster than the client reads, leaving others their share of the event loop. Stops
 * early if the client has gone.
 */
export async function sendPieces(
  session: CommandSession,
  pieces: Iterable<Buffer> | AsyncIterable<Buffer>,
): Promise<void> {
  // Many sessions may begin in one turn.
  if (eventLoop.over()) await eventLoop.next(false, session.owner);
  for await (const piece of pieces) {
    session.send(piece);
    if (session.blocked && !(await session.room())) return;
    if (eventLoop.over()) await eventLoop.next(false, session.owner);
  }
}

/** 250 and the pieces of its data, in wire format. A failure before the first piece is answered instead of 250. */
export async function* dataPieces(
  pieces: Iterable<Buffer> | AsyncIterable<Buffer>,
  status = octets`250 Data follows`,
): AsyncGenerator<Buffer> {
  let start: Buffer | undefined = bytesOf(octets`${status}\r\n`);
  for await (const piece of pieces) {
    if (start !== undefined) yield start;
    start = undefined;
    yield piece;
  }
  if (start !== undefined) yield start;
  yield END;
}

/** The rows as they are now, from position `from` on. @throws ErrorResponse 481 if they are edited in the meantime */
export function* rowsFrom(index: IndexLog, from: number | undefined): Generator<Buffer> {
  const { end, generation } = index;
  for (const rows of index.wire(from ?? end + 1, end)) {
    yield rows;
    // The missing dot tells the client that the index is incomplete (RGTP 2.3).
    if (index.generation !== generation) {
      throw new ErrorResponse(481, octets`The index was edited meanwhile - please ask again.`);
    }
  }
}
