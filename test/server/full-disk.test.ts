/** A file system with no room left: nothing false is said, nothing acknowledged is lost, and room is all it needs. */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmdirSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Dialogue } from '../board/dialogue.ts';
import { NntpClient } from '../support/nntp-client.ts';
import { openWholeServer, people, type WholeServer } from '../support/whole-server.ts';

const mounted = mkdtempSync(join(tmpdir(), 'full-disk-'));
const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=6m,nr_inodes=100', 'tmpfs', mounted]);
if (status !== 0) process.stderr.write('full-disk.test.ts: skipped, only root can mount a small file system\n');

let server: WholeServer | undefined;
let writer: NntpClient;
const filler = join(mounted, 'filler');

beforeAll(async () => {
  if (status !== 0) return;
  server = await openWholeServer({ settings: { DATA: join(mounted, 'data') } });
  writer = await loggedIn();
});

afterAll(async () => {
  writer?.close();
  await server?.close();
  // Lazily: files are closed in the background.
  if (status === 0) spawnSync('umount', ['-l', mounted]);
  rmdirSync(mounted);
});

async function loggedIn(): Promise<NntpClient> {
  const client = await NntpClient.connect(server?.newsPort ?? 0);
  await client.ask(`AUTHINFO USER ${people.proving[2]}`);
  expect(await client.ask(`AUTHINFO PASS ${people.password}`)).toMatch(/^281/);
  return client;
}

function article(id: string, ...more: string[]): string {
  const head = ['From: W <w@x.example>', 'Newsgroups: groggs.gossip', `Subject: ${id}`, `Message-ID: ${id}`, ...more];
  return [...head, '', 'x'.repeat(70), '.'].join('\r\n');
}

async function post(id: string): Promise<string> {
  expect(await writer.ask('POST')).toMatch(/^340/);
  return writer.ask(article(id));
}

function fill(): void {
  const file = openSync(filler, 'a');
  try {
    for (const size of [65_536, 4096, 1]) {
      try {
        for (;;) writeSync(file, Buffer.alloc(size));
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
      }
    }
  } finally {
    closeSync(file);
  }
}

async function ready(): Promise<{ code: number; text: string }> {
  const response = await fetch(`http://127.0.0.1:${server?.httpPort}/readyz`);
  return { code: response.status, text: await response.text() };
}

test.runIf(status === 0)('a server that runs needs no inode: without any left, both protocols post', async () => {
  const taken: string[] = [];
  try {
    for (;;) {
      const file = join(mounted, `inode.${taken.length}`);
      writeFileSync(file, '');
      taken.push(file);
    }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
  }
  expect(await post('<inodes@x.example>')).toMatch(/^240/);
  expect(await writer.ask('STAT <inodes@x.example>')).toMatch(/^223/);
  const board = await Dialogue.open(server?.boardPort ?? 0);
  await board.line();
  expect(await board.prove(people.proving[2], people.secret)).toMatch(/^232/);
  expect(await board.text('W', 'hello')).toMatch(/^350/);
  expect(await board.ask('NEWI no inode')).toMatch(/^220/);
  board.close();
  expect(await ready()).toEqual({ code: 200, text: 'ready\n' });
  for (const file of taken) rmSync(file);
});

test.runIf(status === 0)('a full disk', async () => {
  const acknowledged = ['<inodes@x.example>'];
  for (let n = 0; n < 3; n++) {
    const id = `<before.${n}@x.example>`;
    expect(await post(id)).toMatch(/^240/);
    acknowledged.push(id);
  }
  // A log that is written over from its start needs no room, and a checkpoint makes some: a few posts may get through.
  const refused = '<refused@x.example>';
  const untilRefused = async (send: (n: number) => Promise<string | undefined>): Promise<string> => {
    for (let n = 0; n < 2000; n++) {
      fill();
      const answer = await send(n);
      if (answer !== undefined) return answer;
    }
    throw new Error('the disk never was full');
  };
  // The last octets may suffice for the board, but not for the Message-ID: then that is what is said.
  const unstored: string[] = [];
  const refusalOf = (id: string, answer: string): string | undefined => {
    const isTaken = /^2\d\d/.test(answer);
    if (!isTaken && !/ is full; the board has the article, but its Message-ID could not be stored; /.test(answer))
      return answer;
    (isTaken ? acknowledged : unstored).push(id);
    return undefined;
  };
  const postMore = (what: string) =>
    untilRefused(async (n) => {
      const id = `<${what}.${n}@x.example>`;
      return refusalOf(id, await post(id));
    });
  expect(await postMore('full')).toBe("441 the server's disk is full; not posted");
  const fed = await untilRefused(async (n) => {
    const id = `<fed.${n}@x.example>`;
    const offered = await writer.ask(`IHAVE ${id}`);
    // If what was taken before could not be stored, nothing more is asked for until it can be.
    if (offered.startsWith('436')) return offered;
    expect(offered).toMatch(/^335/);
    return refusalOf(id, await writer.ask(article(id, 'Path: peer!not-for-mail', `Date: ${new Date().toUTCString()}`)));
  });
  expect(["436 the server's disk is full; not posted", '436 Not now; try again later']).toContain(fed);

  const rgtp = await untilRefused(async (n) => {
    const board = await Dialogue.open(server?.boardPort ?? 0);
    await board.line();
    expect(await board.prove(people.proving[2], people.secret)).toMatch(/^232/);
    expect(await board.text('W', 'hello')).toMatch(/^350/);
    const answer = await board.ask(`NEWI <rgtp.${n}@x.example>`);
    board.close();
    return refusalOf(`<rgtp.${n}@x.example>`, answer);
  });
  expect(rgtp).toBe("484 The server's disk is full; nothing was changed.");

  let metrics = '';
  await expect
    .poll(async () => {
      await postMore(`ready.${acknowledged.length}`);
      metrics = await (await fetch(`http://127.0.0.1:${server?.httpPort}/metrics`)).text();
      return ready();
    })
    .toMatchObject({ code: 503, text: expect.stringMatching(/^gossip: .*full/) });
  expect(metrics).toContain('rgtp_nntp_board_disk_trouble{board="gossip"} 1');

  // Reading and logging in go on.
  const posted = () => acknowledged.filter((id) => !id.startsWith('<rgtp'));
  for (const id of posted()) expect(await writer.ask(`STAT ${id}`)).toMatch(/^223/);
  (await loggedIn()).close();

  rmSync(filler);
  await expect.poll(ready).toEqual({ code: 200, text: 'ready\n' });
  expect(await post(refused)).toMatch(/^240/);
  expect(await post('<after@x.example>')).toMatch(/^240/);
  acknowledged.push(refused, '<after@x.example>');
  for (const id of posted()) expect(await writer.ask(`STAT ${id}`)).toMatch(/^223/);
  for (const id of [refused, ...unstored]) expect(await post(id)).toMatch(/^441 435/);

  // Nothing is there twice, nor what was refused.
  const list = await Dialogue.open(server?.boardPort ?? 0);
  await list.line();
  await list.ask('USER guest');
  const subjects = (await list.list('INDX')).map((row) => row.slice(105).trimEnd());
  expect(subjects.filter((subject) => subject.startsWith('<')).toSorted()).toEqual(
    [...acknowledged, ...unstored].toSorted(),
  );
});
