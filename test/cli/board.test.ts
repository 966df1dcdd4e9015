import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { RgtpConnection } from '../../src/rgtp/client/connection.ts';
import { encode } from '../../src/wire/charset.ts';
import { unpackSampleSpool } from '../support/sample-board.ts';
import { tcpServer } from '../support/tcp-server.ts';
import { CommandLine, commandLine } from './command-line.ts';

let folder: string;
let env: NodeJS.ProcessEnv;
const running: CommandLine[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rgtp-nntp-board-'));
  env = {
    RGTP_NNTP_EMBEDDED_LISTEN: 'rgtp://127.0.0.1:0',
    RGTP_NNTP_HTTP_LISTEN: 'http://127.0.0.1:0',
    RGTP_NNTP_DATA: join(folder, 'data'),
  };
});

afterEach(async () => {
  for (const line of running.splice(0)) await line.end();
  rmSync(folder, { recursive: true });
});

function start(): CommandLine {
  const line = new CommandLine(['board'], { env });
  running.push(line);
  return line;
}

function banner(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('data', (text) => {
      resolve(text.toString());
      socket.destroy();
    });
    socket.once('error', reject);
  });
}

describe('rgtp-nntp board', () => {
  it('makes a board at the first start, names its editor once, and ends on SIGTERM', async () => {
    const first = start();
    const [, port] = await first.printed(/clients on \S+ port (\d+)\./);
    expect(first.stdout).toContain('userid  editor\n');
    const kept = join(folder, 'data', 'gossip.editor.secret');
    const secret = readFileSync(kept, 'utf8').trim();
    expect(secret).toMatch(/^[0-9A-F]{32}$/);
    expect(statSync(kept).mode & 0o777).toBe(0o600);
    for (const name of ['', 'gossip.board.key', 'gossip.board.sqlite', 'gossip.board.sqlite-wal']) {
      expect(statSync(join(folder, 'data', name)).mode & 0o077, name).toBe(0);
    }
    expect(await banner(Number(port))).toMatch(/^230 .*groggs\.gossip/);
    // A configuration that is wrong by now is no reason to end.
    first.child.kill('SIGHUP');
    await first.printed(/configuration reloaded|the old one stays in force/);
    first.child.kill('SIGTERM');
    expect(await first.ended).toMatchObject({ code: 0, stderr: expect.not.stringContaining(secret) });

    const second = start();
    await second.printed(/port \d+\./);
    expect(second.stdout).not.toContain('secret');
    // As under npm, which passes on what the terminal has sent already.
    second.child.kill('SIGINT');
    second.child.kill('SIGINT');
    expect((await second.ended).code).toBe(0);
    expect(readFileSync(kept, 'utf8')).toBe(`${secret}\n`);
  });

  it('has a status page, readiness, metrics, and a reload, as the news server has', async () => {
    const file = join(folder, 'board.yaml');
    const configure = (settings: object) => writeFileSync(file, stringify({ name: 'board.example', ...settings }));
    configure({ log: { level: 'warn' } });
    env['RGTP_NNTP_CONFIG'] = file;
    const line = start();
    const [, port = ''] = await line.printed(/on 127\.0\.0\.1 port (\d+)\./);
    const [, page = ''] = await line.printed(/Status page: (\S+)/);
    const shown = async (path: string) => (await fetch(new URL(path, page))).text();
    expect(await shown('/healthz')).toBe('ok\n');
    expect(await shown('/readyz')).toBe('ready\n');
    const client = await RgtpConnection.open({ host: '127.0.0.1', port: Number(port) });
    const unknown = { user: encode('nobody', 'latin1'), secret: Buffer.from('00', 'hex') };
    await expect(RgtpConnection.open({ host: '127.0.0.1', port: Number(port), ...unknown })).rejects.toThrow();
    const metrics = await shown('/metrics');
    expect(metrics).toMatch(/^rgtp_nntp_connections_total\{result="accepted"\} 2$/m);
    expect(metrics).toMatch(/^rgtp_nntp_logins_total\{result="refused"\} 1$/m);
    // As guest.
    expect(metrics).toMatch(/^rgtp_nntp_logins_total\{result="accepted"\} 1$/m);
    expect(metrics).toMatch(/^rgtp_nntp_board_clients\{board="gossip"\} [12]$/m);
    expect(metrics).toMatch(/^rgtp_nntp_board_ready\{board="gossip"\} 1$/m);
    const html = await shown('/');
    expect(html).toContain('<title>board.example – board</title>');
    expect(html).toContain('<dt>RGTP connections</dt>');
    expect(html).not.toContain('newsreader');
    await client.close();

    const doctor = await commandLine(['doctor'], {
      env: { ...env, RGTP_NNTP_EMBEDDED_LISTEN: `rgtp://127.0.0.1:${port}` },
    });
    expect(doctor.stdout).toMatch(
      new RegExp(`127\\.0\\.0\\.1:${port} is served by .*: this is the server of these data`),
    );
    // Nothing of its own listens to newsreaders.
    expect(doctor.stdout).toMatch(/port 119 \(nntp\) is not configured/);

    configure({ log: { level: 'info' }, embedded: { connections: 7 } });
    line.child.kill('SIGHUP');
    await line.printed(/changed settings that wait for the next start|configuration reloaded/);
    configure({ log: { level: 'loud' } });
    line.child.kill('SIGHUP');
    await line.printed(/the old one stays in force/);
    line.child.kill('SIGTERM');
    expect((await line.ended).code).toBe(0);
    const said = line.stdout + line.stderr;
    expect(said).toMatch(/"embedded".*changed settings that wait for the next start/);
    expect(said).toContain('configuration reloaded');
  });

  it('says which port is taken, and what to do', async () => {
    const other = await tcpServer();
    const { port } = other;
    env['RGTP_NNTP_EMBEDDED_LISTEN'] = `rgtp://127.0.0.1:${port}`;
    const ended = await start().ended;
    await other.close();
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain(
      `rgtp-nntp: port ${port} is taken: something already listens on rgtp://127.0.0.1:${port}\n`,
    );
    expect(ended.stderr).toContain('set embedded.listen (or RGTP_NNTP_EMBEDDED_LISTEN=rgtp://127.0.0.1:');
  });

  it('says when there is nothing to listen on, or no embedded board', async () => {
    env['RGTP_NNTP_EMBEDDED_LISTEN'] = 'off';
    expect(await start().ended).toMatchObject({ code: 2, stderr: expect.stringContaining('embedded.listen is off') });
    env = { RGTP_NNTP_DATA: env['RGTP_NNTP_DATA'], RGTP_NNTP_BOARDS_0_RGTP: 'rgtp://a.example' };
    expect(await start().ended).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no board of the configuration is embedded'),
    });
  });

  it('names a file that is not a board, and leaves it alone', async () => {
    await commandLine(['board', '--help']);
    const first = start();
    await first.printed(/port \d+\./);
    first.child.kill();
    await first.ended;
    const file = join(folder, 'data', 'gossip.board.sqlite');
    rmSync(`${file}-wal`, { force: true });
    writeFileSync(file, 'not a database at all'.repeat(500));
    const ended = await start().ended;
    expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining(`rgtp-nntp: ${file}: `) });
    expect(ended.stderr).not.toContain('this is a bug');
    expect(readFileSync(file, 'utf8')).toContain('not a database at all');
  });
});

describe('rgtp-nntp import', () => {
  it('fills a board, with lines of progress and a summary; not a second time', async () => {
    const spool = unpackSampleSpool();
    const first = await commandLine(['import', spool], { env });
    expect(first.code).toBe(0);
    expect(first.stderr).toMatch(/^index: \d+ of 3166 .*items: 236 of 236 \(100 %\)\n$/s);
    expect(first.stdout).toContain('3166 index rows, 225 items, 18 users, 12 entries of the edit log');
    const second = await commandLine(['import', spool], { env });
    expect(second).toMatchObject({ code: 1, stderr: expect.stringContaining('the board is not empty') });
  });

  it('says that a folder is not a spool', async () => {
    expect(await commandLine(['import', folder], { env })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`${folder} is not a groggsd data directory`),
    });
    const file = join(folder, 'file');
    writeFileSync(file, '');
    expect(await commandLine(['import', file], { env })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('its file index does not exist'),
    });
  });
});
