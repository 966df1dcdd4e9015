/** A board that is copied, asked for everything that it shows. */
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { type CopyOptions, type CopySummary, copyBoard } from '../../src/board/live/copy.ts';
import { BoardServer, type BoardServerOptions } from '../../src/board/server.ts';
import { importSpool } from '../../src/board/spool/import.ts';
import { BoardStore } from '../../src/board/store.ts';
import { latin1 } from '../../src/wire/octets.ts';
import { unpackSampleSpool } from '../support/sample-board.ts';
import { tcpServer } from '../support/tcp-server.ts';
import { addUser, secrets } from './boards.ts';
import { Dialogue } from './dialogue.ts';

let folder = '';
const closing: (() => Promise<void> | void)[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'board-live-'));
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  rmSync(folder, { recursive: true });
});

/** the copy's file */
export const copyPath = () => join(folder, 'gossip.board.sqlite');

export function whenDone(close: () => Promise<void> | void): void {
  closing.push(close);
}

export interface Asked {
  readonly port: number;
  /** default: guest */
  readonly user?: { readonly userid: string; readonly secret: Buffer };
}

/** Copies into `copyPath()`; without pauses. */
export async function copy({ port, user }: Asked, more: Partial<CopyOptions> = {}): Promise<CopySummary> {
  const store = BoardStore.open(copyPath());
  try {
    return await copyBoard(store, {
      client: {
        host: '127.0.0.1',
        port,
        ...(user && { user: latin1(user.userid), secret: user.secret }),
      },
      address: 'rgtp://board.example.org:1431',
      user: user?.userid ?? '',
      pauses: [0, 0, 0],
      ...more,
    });
  } finally {
    store.close();
  }
}

/** The sample board (continuations, withdrawals, edits, index edits, Latin-1, dots), with an editor `ed`. */
export async function sampleServer(options: Partial<BoardServerOptions> = {}): Promise<BoardServer> {
  const spool = unpackSampleSpool();
  const path = join(folder, 'sample.board.sqlite');
  const store = BoardStore.open(path);
  await importSpool(spool, store);
  store.close();
  rmSync(join(spool, '../..'), { recursive: true });
  const server = await BoardServer.open({ path, listen: { host: '127.0.0.1', port: 0 }, proofDelay: 0, ...options });
  whenDone(() => server.close());
  await addUser(server, 'ed@rgtp.test', 3, secrets.ed);
  return server;
}

/**
 * A proxy in front of the board, which holds each command until what is to happen before it has happened.
 * @param before the command's verb, and how many of these there were
 */
export async function holding(
  { address: { port: target } }: BoardServer,
  before: (verb: string, count: number) => Promise<unknown> | undefined,
): Promise<number> {
  const counts = new Map<string, number>();
  const proxy = await tcpServer((client) => {
    const server = connect({ port: target, host: '127.0.0.1', noDelay: true });
    let sent = Promise.resolve();
    let rest = '';
    client.on('data', (chunk) => {
      const lines = (rest + chunk.toString('latin1')).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const verb = line.slice(0, 4);
        const count = (counts.get(verb) ?? 0) + 1;
        counts.set(verb, count);
        sent = sent.then(async () => {
          await before(verb, count);
          server.write(`${line}\n`, 'latin1');
        });
      }
    });
    server.on('data', (chunk) => client.write(chunk));
    client.on('close', () => server.destroy());
    for (const end of ['close', 'error']) server.on(end, () => client.destroy());
  });
  whenDone(() => proxy.close());
  return proxy.port;
}

/** The copy, served; as any board after its first start it has a guest. */
export async function serveCopy(): Promise<BoardServer> {
  const server = await BoardServer.open({ path: copyPath(), listen: { host: '127.0.0.1', port: 0 }, proofDelay: 0 });
  whenDone(() => server.close());
  await addUser(server, 'ed@rgtp.test', 3, secrets.ed);
  return server;
}

/** Every octet that a board shows to an editor, by command. */
export async function everything(port: number): Promise<Map<string, readonly string[]>> {
  const dialogue = await Dialogue.open(port);
  await dialogue.line();
  await dialogue.prove('ed@rgtp.test', secrets.ed);
  const told = new Map<string, readonly string[]>();
  const ask = async (command: string) => {
    const answer = await dialogue.ask(command);
    told.set(command, answer.startsWith('250') ? await dialogue.data() : [answer.slice(0, 3)]);
    return told.get(command) ?? [];
  };
  const rows = await ask('INDX');
  const log = await ask('ELOG');
  await ask('MOTD');
  await ask('DIFF');
  const ids = [...rows.map((row) => row.slice(18, 26)), ...(log.join('\n').match(/(?<=Item )\w{8}/g) ?? [])];
  for (const id of new Set(ids.filter((one) => one.trim() !== ''))) {
    await ask(`ITEM ${id}`);
    await ask(`DIFF ${id}`);
  }
  // Wherever a client may begin.
  for (const [, hex] of [...rows.entries()].filter(([n]) => n % 97 === 0)) {
    await ask(`INDX #${hex.slice(0, 8)}`);
    await ask(`INDX ${hex.slice(9, 17)}`);
  }
  dialogue.close();
  return told;
}
