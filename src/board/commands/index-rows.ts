import { octets } from '../../wire/octets.ts';
import type { CommandSession } from '../command-session.ts';
import type { IndexLog } from '../index-log.ts';
import { Refusal } from '../refusal.ts';

const START = Buffer.from('250 Data follows\r\n');
const END = Buffer.from('.\r\n');

/** Says 250 and the rows as they are now, from position `from` on. Synchronous as long as the client keeps up. */
export async function sendRows(session: CommandSession, index: IndexLog, from: number | undefined): Promise<void> {
  const { end, generation } = index;
  session.send(START);
  for (const rows of index.wire(from ?? end + 1, end)) {
    session.send(rows);
    if (!session.blocked) continue;
    if (!(await session.room())) return;
    // Without the dot the client knows that it has no index (RGTP 2.3).
    if (index.generation !== generation)
      throw new Refusal(481, octets`The index was edited meanwhile - please ask again.`);
  }
  session.send(END);
}
