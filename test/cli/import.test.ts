import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BoardServer } from '../../src/board/server.ts';
import { Certificate } from '../../src/nntp/connection/certificate.ts';
import { serverTls } from '../../src/nntp/connection/tls.ts';
import { silent } from '../../src/wire/log.ts';
import { openBoard, secrets } from '../board/boards.ts';
import { holding } from '../board/live.ts';
import { tlsFiles } from '../support/tls-files.ts';
import { CommandLine, commandLine } from './command-line.ts';

let folder = '';
let env: NodeJS.ProcessEnv;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rgtp-nntp-import-'));
  env = { RGTP_NNTP_DATA: join(folder, 'data') };
});
afterEach(() => rmSync(folder, { recursive: true }));

/** With lines for standard input. */
async function answering(input: string, ...args: string[]) {
  const { code, stdout, stderr } = await commandLine(args, { env, input });
  return { code, said: stdout + stderr };
}

const hex = (secret: Buffer) => secret.toString('hex').toUpperCase();

describe('rgtp-nntp import rgtp://…', () => {
  it('fills the embedded board as a guest, with progress and a summary; not a second time', async () => {
    const board = await openBoard();
    const source = `rgtp://127.0.0.1:${board.address.port}`;
    const first = await commandLine(['import', source], { env });
    expect(first.stderr).toBe('index: 2 of 2 (100 %)\nitems: 1 of 1 (100 %)\nindex: 2 of 2 (100 %)\n');
    expect(first).toMatchObject({ code: 0, stdout: expect.stringContaining('  2 index rows, 1 items, 0 entries') });
    expect(first.stdout).toContain('users: none');
    expect((await commandLine(['board', 'verify'], { env })).stdout).toContain('2 index rows, 1 items, 0 users');
    const second = await commandLine(['import', source], { env });
    expect(second).toMatchObject({ code: 1, stderr: expect.stringContaining('the board is not empty') });
  });

  it('logs in with a secret that is asked for, or in a file', async () => {
    const board = await openBoard({ guests: 'none' });
    const source = `rgtp://127.0.0.1:${board.address.port}`;
    const guest = await commandLine(['import', source], { env });
    expect(guest).toMatchObject({ code: 1, stderr: expect.stringContaining('name an account with --user') });
    const wrong = await answering('00\n', 'import', source, '--user', 'ed@rgtp.test');
    expect(wrong).toMatchObject({ code: 1, said: expect.stringContaining('Look at the userid and the secret') });
    const asked = await answering(`${hex(secrets.ed)}\n`, 'import', source, '--user', 'ed@rgtp.test');
    expect(asked).toMatchObject({ code: 0, said: expect.stringContaining('Secret of ed@rgtp.test') });
    expect(asked.said).not.toContain(hex(secrets.ed));
    rmSync(join(folder, 'data'), { recursive: true });
    const file = join(folder, 'secret');
    writeFileSync(file, `${hex(secrets.ann)}\n`);
    const args = ['import', source, '--user', 'ann@rgtp.test', '--secret-file', file];
    expect((await commandLine(args, { env })).code).toBe(0);
  });

  it('over TLS, from a server whose certificate an authority of --ca has signed', async () => {
    const files = tlsFiles('first');
    const certificate = new Certificate(files, silent, () => 0);
    const secure = (socket: Parameters<typeof serverTls>[0]) => serverTls(socket, certificate, socket);
    const board = await BoardServer.open({ path: ':memory:', listen: { host: '127.0.0.1', port: 0 }, secure });
    const source = `rgtps://localhost:${board.address.port}`;
    const unknown = await commandLine(['import', source], { env });
    const known = await commandLine(['import', source, '--ca', files.certificate], { env });
    await board.close();
    expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining('certificate') });
    expect(known.stderr).toContain('items: 1 of 1');
    expect(known.code).toBe(0);
  });

  it('SIGTERM ends it with a word; the half board does not serve, and the same command goes on', async () => {
    const board = await openBoard();
    const held = Promise.withResolvers<void>();
    // The item never comes.
    const port = await holding(board, (verb) => {
      if (verb !== 'ITEM') return undefined;
      held.resolve();
      return new Promise(() => {});
    });
    const line = new CommandLine(['import', `rgtp://127.0.0.1:${port}`], { env });
    await held.promise;
    line.child.kill('SIGTERM');
    const ended = await line.ended;
    expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining('interrupted: the board is not complete') });
    expect(ended.stderr).toContain('Run the same command again');
    for (const args of [['serve'], ['board', 'verify'], ['board', 'export', join(folder, 'out')]]) {
      const half = await commandLine(args, { env: { ...env, RGTP_NNTP_LISTEN: 'nntp://127.0.0.1:0' } });
      expect(half).toMatchObject({ code: 1, stderr: expect.stringContaining('an import into this board was cut off') });
    }
    const again = await commandLine(['import', `rgtp://127.0.0.1:${board.address.port}`], { env });
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('2 index rows, 1 items') });
  });

  it('brings a bridge’s numbers and ids along where one stood before that board', async () => {
    const board = await openBoard();
    const remote = `rgtp://127.0.0.1:${board.address.port}`;
    expect((await commandLine(['sync'], { env: { ...env, RGTP_NNTP_BOARDS_0_RGTP: remote } })).code).toBe(0);
    expect(await commandLine(['import', remote], { env })).toMatchObject({ code: 0 });
    expect((await commandLine(['sync'], { env })).stdout).toContain('gossip: 2 posts in 1 items');
  });

  it.each<[string, string[], string]>([
    ['an address of another kind', ['http://127.0.0.1'], 'It looks like rgtp://'],
    ['a password in the address', ['rgtp://x:y@127.0.0.1'], 'It looks like rgtp://'],
    ['options of a board for a folder', ['/tmp', '--user', 'x'], 'are for boards that run'],
    ['a secret of nobody', ['rgtp://127.0.0.1', '--secret-file', 'x'], '--secret-file needs --user'],
    ['a secret file that is not there', ['rgtp://127.0.0.1', '--user', 'x', '--secret-file', 'x'], 'no such file'],
  ])('%s is wrong usage, and says what is right', async (_, args, words) => {
    expect(await commandLine(['import', ...args], { env })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(words),
    });
  });

  it('nobody there: it says so, and makes no half board', async () => {
    const board = await openBoard();
    const { port } = board.address;
    await board.close();
    const ended = await commandLine(['import', `rgtp://127.0.0.1:${port}`], { env });
    expect(ended).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Is the address right, and the board up?'),
    });
    expect((await commandLine(['board', 'verify'], { env })).stdout).toContain('0 index rows');
  });
});
