/** An embedded board in a process of its own, for benches that must not share its processor time. */

import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BoardServer } from '../../src/board/server.ts';
import { octets } from '../../src/wire/octets.ts';

export interface BoardProcess {
  readonly port: number;
  /** a folder that is deleted with it */
  readonly folder: string;
  close(): void;
}

export const writer = {
  userid: octets`ann@rgtp.example`,
  secret: Buffer.from('00112233445566778899aabbccddeeff', 'hex'),
};

export async function startBoardProcess(): Promise<BoardProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-board-'));
  const child = fork(import.meta.filename, [folder], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  child.once('message', (port) => resolve(Number(port)));
  child.once('exit', () => reject(new Error('the board did not start')));
  const port = await promise;
  return {
    port,
    folder,
    close() {
      child.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

if (process.send !== undefined && process.argv[2] !== undefined && process.argv[1] === import.meta.filename) {
  const path = join(process.argv[2], 'board.sqlite');
  const board = await BoardServer.open({ path, listen: { host: '127.0.0.1', port: 0 } });
  await board.store.commit(() =>
    board.store.users.put({
      ...writer,
      level: 2,
      confirmed: true,
      waiting: false,
      disabled: false,
      lastUsed: board.store.time,
    }),
  );
  process.send(board.address.port);
}
