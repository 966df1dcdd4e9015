import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { NntpClient } from '../support/nntp-client.ts';
import { tcpServer } from '../support/tcp-server.ts';
import { tlsFiles } from '../support/tls-files.ts';
import { CommandLine } from './command-line.ts';

let folder: string;
let file: string;
const running: CommandLine[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rgtp-nntp-serve-'));
  file = join(folder, 'c.yaml');
});

afterEach(async () => {
  for (const line of running.splice(0)) await line.end();
  rmSync(folder, { recursive: true });
});

function configure(settings: object = {}): void {
  const defaults = {
    name: 'news.example',
    listen: ['nntp://127.0.0.1:0'],
    data: join(folder, 'data'),
    embedded: { listen: 'rgtp://127.0.0.1:0' },
    http: { listen: 'http://127.0.0.1:0' },
  };
  writeFileSync(file, stringify({ ...defaults, ...settings }));
}

/** Started and ready: its NNTP and status ports. */
async function start(): Promise<{ line: CommandLine; port: number; status: string }> {
  const line = new CommandLine(['serve', '--config', file]);
  running.push(line);
  const [, status = ''] = await line.printed(/Status page: (\S+)/);
  const [, port] = /newsreader at 127\.0\.0\.1 port (\d+)/.exec(line.stdout) ?? [];
  return { line, port: Number(port), status };
}

describe('rgtp-nntp serve', () => {
  it('finds everything as it was at the second start', async () => {
    configure();
    const first = await start();
    expect(first.line.stdout).toMatch(/userid {2}editor\n {2}secret {2}\(not shown: this is not a terminal\)\n/);
    expect(first.line.stdout).toContain('Serving groggs.gossip.');
    const before = await readAll(first.port);
    expect(before.group).toBe('211 1 2 2 groggs.gossip');
    expect(before.article).toContain('Subject: Welcome');
    first.line.child.kill('SIGTERM');
    expect((await first.line.ended).code).toBe(0);
    const files = readdirSync(join(folder, 'data'));
    expect(files).toEqual(
      expect.arrayContaining(['gossip.board.sqlite', 'gossip.permanent.sqlite', 'gossip.cache.sqlite']),
    );
    expect(
      files.filter((name) => name.endsWith('-wal')),
      'files are closed cleanly',
    ).toEqual([]);

    const second = await start();
    expect(second.line.stdout).not.toContain('secret');
    expect(await readAll(second.port)).toEqual(before);
  });

  it('lets the editor of the first start log in and post', async () => {
    configure();
    const { port } = await start();
    const secret = readFileSync(join(folder, 'data', 'gossip.editor.secret'), 'utf8').trim();
    const client = await NntpClient.connect(port);
    await client.ask('AUTHINFO USER editor');
    expect(await client.ask(`AUTHINFO PASS ${secret}`)).toMatch(/^281/);
    expect(await client.ask('POST')).toMatch(/^340/);
    const article =
      'From: Ann <a@x>\r\nNewsgroups: groggs.gossip\r\nSubject: First\r\nMessage-ID: <1@x.example>\r\n\r\nHello.\r\n.';
    expect(await client.ask(article)).toMatch(/^240/);
    expect(await client.ask('GROUP groggs.gossip')).toBe('211 2 2 3 groggs.gossip');
    expect(await client.ask('STAT <1@x.example>')).toMatch(/^223 /);
    expect(await client.ask('IHAVE <1@x.example>')).toMatch(/^435/);
    for (const [offered, code] of [
      ['<other@x.example>', 437],
      ['<2@x.example>', 235],
    ] as const) {
      expect(await client.ask(`IHAVE ${offered}`)).toMatch(/^335/);
      const fed = `Path: peer!not-for-mail\r\nDate: ${new Date().toUTCString()}\r\n${article.replace('<1@', '<2@')}`;
      expect(await client.ask(fed)).toMatch(new RegExp(`^${code}`));
    }
    expect(await client.ask('STAT <2@x.example>')).toMatch(/^223 /);
    client.close();
  });

  it('speaks TLS where it has a certificate', async () => {
    configure({ listen: ['nntp://127.0.0.1:0', 'nntps://127.0.0.1:0'], tls: tlsFiles('first') });
    const { line, port } = await start();
    const client = await NntpClient.connect(port);
    expect(await client.askAll('CAPABILITIES')).toContain('STARTTLS');
    client.close();
    const [, secure] = /127\.0\.0\.1 port (\d+) \(TLS\)/.exec(line.stdout) ?? [];
    const socket = connect({
      port: Number(secure),
      host: '127.0.0.1',
      ca: readFileSync(tlsFiles('first').certificate),
      checkServerIdentity: () => undefined,
    });
    const [greeting] = await once(socket, 'data');
    expect(String(greeting)).toMatch(/^20[01] news\.example /);
    socket.destroy();
  });

  it('keeps guests out where the board does, and still reads the board itself', async () => {
    configure({ embedded: { listen: 'rgtp://127.0.0.1:0', guests: 'none' } });
    const { port } = await start();
    const client = await NntpClient.connect(port);
    expect(await client.ask('GROUP groggs.gossip')).toMatch(/^480 /);
    await client.ask('AUTHINFO USER editor');
    const secret = readFileSync(join(folder, 'data', 'gossip.editor.secret'), 'utf8').trim();
    expect(await client.ask(`AUTHINFO PASS ${secret}`)).toMatch(/^281/);
    expect(await client.ask('GROUP groggs.gossip')).toMatch(/^211 1 2 2/);
    expect(await client.askAll('BODY 2')).toContain('Welcome! This is the first item of a new board.');
    client.close();
  });

  it('answers on the status server', async () => {
    configure();
    const { status, port } = await start();
    const client = await NntpClient.connect(port);
    await client.ask('DATE');
    expect((await fetch(`${status}healthz`)).status).toBe(200);
    expect(await (await fetch(`${status}readyz`)).text()).toBe('ready\n');
    const metrics = await (await fetch(`${status}metrics`)).text();
    expect(metrics).toContain('rgtp_nntp_commands_total{verb="DATE",status="111"} 1');
    expect(metrics).toContain('rgtp_nntp_connections_open 1\n');
    expect(metrics).toContain('rgtp_nntp_board_up{board="gossip"} 1');
    expect(metrics).toContain('rgtp_nntp_board_lag_sequences{board="gossip"} 0');
    expect(metrics).toMatch(/rgtp_nntp_board_requests_total\{board="gossip",command="INDX",code="250"\} [1-9]/);
    expect(metrics).toMatch(/rgtp_nntp_board_request_duration_seconds_count\{board="gossip",command="INDX"\} [1-9]/);
    expect(metrics).toMatch(/rgtp_nntp_cache_misses_total\{cache="articles"\} \d/);
    expect(await (await fetch(status)).text()).toContain('<h3>groggs.gossip</h3>');
    client.close();
  });

  it('answers idle readers 400 and ends within ten seconds of SIGTERM', async () => {
    configure();
    const { line, port } = await start();
    const client = await NntpClient.connect(port);
    await client.ask('DATE');
    line.child.kill('SIGTERM');
    expect(await client.line()).toMatch(/^400 /);
    expect(await line.ended).toMatchObject({ code: 0, signal: null });
  });

  it('takes over a new configuration at SIGHUP, and keeps the old one where the new one is wrong', async () => {
    configure({ log: { level: 'info', format: 'json' } });
    const { line, port } = await start();
    const client = await NntpClient.connect(port);
    const boards = [
      { rgtp: 'embedded', posting: false },
      { newsgroup: 'other.board', rgtp: 'rgtp://127.0.0.1:1' },
    ];
    await client.ask('GROUP groggs.gossip');
    configure({
      log: { level: 'info', format: 'json' },
      boards,
      limits: { connectionsPerAddress: 1 },
      name: 'other.example',
    });
    line.child.kill('SIGHUP');
    await line.printed(
      /"settings":\["name"\],"msg":"changed settings that wait for the next start".*configuration reloaded/s,
    );
    const refused = await NntpClient.connect(port, { greeted: false });
    expect(await refused.line()).toMatch(/^400 Too many connections from your address/);
    refused.close();
    // The session's own newsgroup is the one of the new configuration.
    expect(await client.ask('STAT 2')).toMatch(/^223 2 /);
    expect((await lines(client, 'BODY 2'))[0]).toContain('Welcome');
    expect(await lines(client, 'LIST')).toEqual(expect.arrayContaining([expect.stringMatching(/^other\.board /)]));

    configure({ log: { level: 'lound', format: 'json' }, boards: [] });
    line.child.kill('SIGHUP');
    const [, reason] = await line.printed(/"reason":"(.*?)","msg":"the new configuration cannot be used/);
    expect(reason).toContain('log.level: \\"lound\\" is not allowed');
    expect(await lines(client, 'LIST')).toEqual(expect.arrayContaining([expect.stringMatching(/^other\.board /)]));

    configure({ log: { level: 'info', format: 'json' }, boards: [{ rgtp: 'embedded', posting: false }] });
    line.child.kill('SIGHUP');
    await line.printed(/(configuration reloaded.*){2}/s);
    expect((await lines(client, 'LIST')).filter((group) => group.startsWith('other'))).toEqual([]);
    expect(await client.ask('GROUP groggs.gossip')).toMatch(/^211 /);
    client.close();
  });

  it('is not held up at SIGHUP by what is no file, nor left without its boards', async () => {
    configure({ log: { level: 'info', format: 'json' } });
    const { line, port } = await start();
    rmSync(file);
    execFileSync('mkfifo', [file]);
    line.child.kill('SIGHUP');
    await line.printed(/c\.yaml is not a file that can be read again","msg":"the new configuration cannot be used/);
    const client = await NntpClient.connect(port);
    expect(await client.ask('GROUP groggs.gossip')).toMatch(/^211 /);
    client.close();
  });

  it('takes over at the end of its start what it is told during it', () => {
    configure({ name: 'old.example' });
    const program = fileURLToPath(new URL('reload-process.ts', import.meta.url));
    const { stdout, status } = spawnSync(process.execPath, [program, file], { cwd: folder, encoding: 'utf8' });
    expect(stdout).toBe('started\nnow new.example\n');
    expect(status).toBe(0);
  });

  it('tells whoever asked before of a new newsgroup, even after its cache is lost', async () => {
    const other = { newsgroup: 'other.board', rgtp: 'rgtp://127.0.0.1:1' };
    const log = { level: 'info', format: 'json' };
    configure({ log });
    const first = await start();
    let client = await NntpClient.connect(first.port);
    const date = (await client.ask('DATE')).slice('111 '.length);
    const news = `NEWGROUPS ${date.slice(0, 8)} ${date.slice(8)} GMT`;
    configure({ log, boards: [other, { rgtp: 'embedded' }] });
    first.line.child.kill('SIGHUP');
    await first.line.printed(/configuration reloaded/);
    const told = (await lines(client, news)).filter((line) => line.startsWith('other.'));
    expect(told.map((line) => line.split(' ')[0])).toEqual(['other.board', 'other.board.motd', 'other.board.edits']);
    const times = await lines(client, 'LIST ACTIVE.TIMES');
    client.close();
    first.line.child.kill('SIGTERM');
    await first.line.ended;
    for (const name of readdirSync(join(folder, 'data'))) {
      if (name.includes('.cache.')) rmSync(join(folder, 'data', name));
    }
    client = await NntpClient.connect((await start()).port);
    expect(await lines(client, news)).toEqual(expect.arrayContaining(told));
    expect(await lines(client, 'LIST ACTIVE.TIMES')).toEqual(times);
    client.close();
  });

  it.each([
    ['listen', 'nntp', 'RGTP_NNTP_LISTEN'],
    ['embedded.listen', 'rgtp', 'RGTP_NNTP_EMBEDDED_LISTEN'],
    ['http.listen', 'http', 'RGTP_NNTP_HTTP_LISTEN'],
  ])('says which port is taken: %s', async (setting, scheme, variable) => {
    const other = await tcpServer();
    const { port } = other;
    configure();
    const line = new CommandLine(['serve', '--config', file], { env: { [variable]: `${scheme}://127.0.0.1:${port}` } });
    running.push(line);
    const ended = await line.ended;
    await other.close();
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain(
      `rgtp-nntp: port ${port} is taken: something already listens on ${scheme}://127.0.0.1:${port}`,
    );
    expect(ended.stderr).toContain(`set ${setting} (or ${variable}=${scheme}://`);
    expect(ended.stdout).not.toContain('Serving');
  });

  it('leaves data alone that another server uses', async () => {
    configure();
    await start();
    const line = new CommandLine(['serve', '--config', file]);
    running.push(line);
    expect(await line.ended).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is in use by another rgtp-nntp'),
    });
  });
});

describe('rgtp-nntp sync', () => {
  it('fetches everything and says how much', async () => {
    configure();
    const { line } = await start();
    line.child.kill();
    await line.ended;
    rmSync(join(folder, 'data', 'gossip.cache.sqlite'));
    const sync = await new CommandLine(['sync', '--config', file]).ended;
    expect(sync).toMatchObject({ code: 0, stdout: 'gossip: 2 posts in 1 items, newest sequence number 2\n' });
    expect(sync.stderr).toContain('gossip: 1 of 1 (100 %)');
  });

  it('fails where the board is away', async () => {
    configure({ boards: [{ rgtp: 'rgtp://127.0.0.1:1' }] });
    const sync = await new CommandLine(['sync', '--config', file]).ended;
    expect(sync.code).toBe(1);
    expect(sync.stderr).toContain('gossip: no connection to 127.0.0.1:1');
    expect(sync.stderr).toContain('not fetched completely: gossip');
  });
});

describe('rgtp-nntp check', () => {
  it('tries the login of each board', async () => {
    configure();
    const { line } = await start();
    const [, board] = await line.printed(/RGTP clients: 127\.0\.0\.1 port (\d+)/);
    const secret = join(folder, 'data', 'gossip.editor.secret');
    const rgtp = `rgtp://127.0.0.1:${board}`;
    configure({
      boards: [
        { name: 'a', rgtp, user: 'editor', secretFile: secret },
        { name: 'b', rgtp, domain: 'b.example' },
      ],
    });
    const good = await new CommandLine(['check', '--config', file]).ended;
    expect(good).toMatchObject({ code: 0, stderr: '' });
    expect(good.stdout).toContain(`ok    groggs.a: ${rgtp}, as editor: may edit\n`);
    expect(good.stdout).toContain(`ok    groggs.b: ${rgtp}, as guest: may read\n`);

    configure({ boards: [{ name: 'a', rgtp, user: 'editor', secret: '00' }] });
    const bad = await new CommandLine(['check', '--config', file]).ended;
    expect(bad.code).toBe(1);
    expect(bad.stdout).toContain(`fail  groggs.a: ${rgtp}, as editor: `);
  });
});

async function readAll(port: number) {
  const client = await NntpClient.connect(port);
  const group = await client.ask('GROUP groggs.gossip');
  const article = await lines(client, 'ARTICLE 2');
  const overview = await lines(client, 'OVER 1-');
  client.close();
  return { group, article, overview };
}

async function lines(client: NntpClient, command: string): Promise<string[]> {
  await client.ask(command);
  return client.block();
}
