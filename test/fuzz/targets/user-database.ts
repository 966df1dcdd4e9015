import assert from 'node:assert/strict';
import { formatUserDatabase, parseUserDatabase } from '../../../src/board/spool/user-database.ts';
import type { ParserTarget } from '../target.ts';

function record(userid: string, access: number, proof: number, secret: Buffer, disabled: number): Buffer {
  const octets = Buffer.alloc(100);
  octets.write(userid, 'latin1');
  octets.set([access, proof, secret.length, disabled], 75);
  secret.copy(octets, 79);
  octets.writeUInt32LE(1_700_000_000, 96);
  return octets;
}

/** groggsd's file of accounts. */
export const userDatabase: ParserTarget = {
  name: 'user-database',
  seeds: () => [
    Buffer.concat([
      record('ann@rgtp.test', 2, 2, Buffer.alloc(16, 5), 0),
      Buffer.alloc(100),
      record('ed', 3, 1, Buffer.alloc(8, 1), 1),
    ]),
    record('guest', 1, 0, Buffer.alloc(0), 0),
    Buffer.alloc(400),
    record('a'.repeat(75), 3, 2, Buffer.alloc(16), 0),
  ],
  maxOctets: 4000,
  run(input) {
    const bad: string[] = [];
    const accounts = parseUserDatabase(input, (reason) => void bad.push(reason));
    assert(accounts.length + bad.length <= Math.ceil(input.length / 100));
    for (const account of accounts) {
      assert(account.userid.length > 0 && account.userid.length <= 75 && (account.secret?.length ?? 0) <= 16);
    }
    // Written and read again they are the same, in another order.
    const again = parseUserDatabase(formatUserDatabase(accounts), (reason) => assert.fail(reason));
    const known = accounts.filter(({ waiting }) => !waiting);
    const names = (list: typeof accounts) => list.map(({ userid, level }) => `${userid} ${level}`).sort();
    assert.deepEqual(names(again), names(known));
  },
};
