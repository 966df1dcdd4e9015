/** A board in a process that is recorded: `power-cut-process.ts FILE`. Makes two accounts, notes them, and sends its port. */

import { BoardServer } from '../../src/board/server.ts';
import { latin1 } from '../../src/wire/octets.ts';
import { note } from '../support/power-cut/trace.ts';

const [path = ''] = process.argv.slice(2);
const board = await BoardServer.open({ path, listen: { host: '127.0.0.1', port: 0 }, proofDelay: 0 });
const { store } = board;
const fresh = { confirmed: true, waiting: false, disabled: false, lastUsed: 0 };
for (const [userid, level, secret] of [
  ['keeper', 2, Buffer.from('00112233', 'hex')],
  ['writer', 2, undefined],
  ['boss', 3, undefined],
] as const) {
  await store.commit(() => store.users.put({ ...fresh, userid: latin1(userid), level, secret }));
  note({ user: userid });
}
process.send?.(board.address.port);
process.once('disconnect', () => process.exit());
