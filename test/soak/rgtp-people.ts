/** People without a newsreader, who speak RGTP with the board. */
import { RgtpConnection } from '../../src/rgtp/client/connection.ts';
import { RgtpError } from '../../src/rgtp/errors.ts';
import { ascii, octets } from '../../src/wire/octets.ts';
import { loginOf, Person, type Soak } from './person.ts';

const SLOW = 4;
const USER = 'spqr1@cam';

async function visit(port: number, login?: readonly [user: string, secret: string]) {
  const who = login && { user: ascii(login[0]), secret: Buffer.from(login[1], 'hex') };
  return RgtpConnection.open({ host: '127.0.0.1', port, ...who }).catch(() => undefined);
}

function leave(connection: RgtpConnection, failed: boolean): void {
  if (failed) connection.destroy();
  else void connection.close().catch(() => {});
}

/** Passes on what ends a visit; anything but a lost connection is a fault. */
function lost(soak: Soak, what: string, error: unknown): never {
  if (!(error instanceof RgtpError && error.kind === 'unavailable')) soak.ledger.fault(`${what}: ${String(error)}`);
  throw error;
}

/** Posts. Where the answer to NEWI or REPL is lost, nobody knows whether it is there: at most once it is. */
export function rgtpPoster(soak: Soak, port: number, name: string): Promise<void> {
  const { ledger } = soak;
  const person = new Person(name, soak);
  let item: string | undefined;
  const act = async (connection: RgtpConnection): Promise<void> => {
    ledger.count('attempts to post over RGTP');
    const attempt = { mark: person.mark() };
    try {
      await connection.data(octets`Somebody without a newsreader`, [ascii(attempt.mark)]);
      ledger.attempts.push(attempt);
      if (item === undefined || person.random() < 0.2) {
        item = (await connection.newItem(ascii(`with ${attempt.mark}`))).itemId;
      } else await connection.reply(item);
      ledger.acknowledged.push(attempt);
    } catch (error) {
      // Full, continued, or withdrawn: then it is not there, and the next one begins an item.
      item = undefined;
      if (error instanceof RgtpError && ['full', 'continued', 'no-such-item'].includes(error.kind)) return;
      lost(soak, 'posting over RGTP', error);
    }
  };
  return person.live(() => visit(port, loginOf(USER)), act, leave, SLOW);
}

/** Reads the end of the index, and an item of it. */
export function rgtpReader(soak: Soak, port: number, name: string): Promise<void> {
  const person = new Person(name, soak);
  let last = 0;
  const act = async (connection: RgtpConnection): Promise<void> => {
    soak.ledger.count('readings over RGTP');
    const ids: string[] = [];
    try {
      await connection.index({ sequence: last }, ({ itemId, sequence }) => {
        last = Math.max(last, sequence);
        if (itemId !== undefined) ids.push(itemId);
      });
      const id = ids[person.below(ids.length)];
      if (id !== undefined) await connection.item(id);
    } catch (error) {
      if (error instanceof RgtpError && error.kind === 'no-such-item') return;
      lost(soak, 'reading over RGTP', error);
    }
  };
  return person.live(() => visit(port), act, leave, SLOW);
}
