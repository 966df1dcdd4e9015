import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { boardSchema } from '../../src/board/schema.ts';
import { BoardServer } from '../../src/board/server.ts';
import { loadConfig } from '../../src/config/load.ts';
import { examineBoard } from '../../src/server/doctor/boards.ts';
import { examineCertificate } from '../../src/server/doctor/certificate.ts';
import type { Finding } from '../../src/server/doctor/finding.ts';
import { examineMail } from '../../src/server/doctor/mail.ts';
import { examinePeer } from '../../src/server/doctor/peers.ts';
import { examinePorts } from '../../src/server/doctor/ports.ts';
import { examineShownCertificate } from '../../src/server/doctor/shown-certificate.ts';
import { examineStores } from '../../src/server/doctor/stores.ts';
import { examineSystem } from '../../src/server/doctor/system.ts';
import { Cache } from '../../src/store/cache.ts';
import { openDatabase } from '../../src/store/database.ts';
import { closeDatabase } from '../../src/store/log-presence.ts';
import { PermanentFile } from '../../src/store/permanent-file.ts';
import { CommandLine, commandLine } from '../cli/command-line.ts';
import { FakePeer } from '../support/fake-peer.ts';
import { tcpServer } from '../support/tcp-server.ts';
import { tlsFiles } from '../support/tls-files.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rgtp-nntp-doctor-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function config(environment: NodeJS.ProcessEnv = {}) {
  return loadConfig({ environment: { RGTP_NNTP_DATA: folder, ...environment } });
}

async function all(findings: Iterable<Finding> | AsyncIterable<Finding>): Promise<Finding[]> {
  const list: Finding[] = [];
  for await (const finding of findings) list.push(finding);
  return list;
}

describe('the system', () => {
  it('is fine, or its folder is too open', async () => {
    expect((await all(examineSystem(config()))).map(({ result }) => result)).toEqual(['ok', 'ok', 'ok', 'ok', 'ok']);
    chmodSync(folder, 0o755);
    expect(await all(examineSystem(config()))).toContainEqual({
      result: 'warn',
      what: `${folder} is accessible to other users`,
      remedy: `chmod 700 ${folder}: it holds keys and secrets.`,
    });
  });
});

describe('the clock and the last backup', () => {
  const about = async (what: string, now?: number) =>
    (await all(examineSystem(config(), now))).find((finding) => finding.what.includes(what));

  it('are right, or not', async () => {
    writeFileSync(join(folder, 'x'), '');
    expect(await about('clock')).toMatchObject({ result: 'ok' });
    expect(await about('clock', Date.now() - 3_600_000)).toMatchObject({
      result: 'fail',
      what: expect.stringMatching(/^the clock is wrong: .* has files from 36\d\d s in the future/),
    });
    expect(await about('backup')).toMatchObject({ result: 'ok', what: expect.stringContaining('no backup is known') });
    writeFileSync(join(folder, 'last-backup'), '2026-01-01T00:00:00.000Z\n');
    const day = (text: string) => about('backup', Date.parse(text));
    expect(await day('2026-01-03T12:00:00Z')).toEqual({ result: 'ok', what: 'the last backup is 2 days old' });
    expect(await day('2026-01-09T12:00:00Z')).toMatchObject({ result: 'warn', what: 'the last backup is 8 days old' });
  });
});

describe('the certificate that is shown', () => {
  it('is that of the file, or not; is for the name; is trusted', async () => {
    const { certificate, key } = tlsFiles('first');
    const shown = createTlsServer({ cert: readFileSync(certificate), key: readFileSync(key) });
    shown.on('tlsClientError', () => {});
    shown.listen(0, '127.0.0.1');
    await once(shown, 'listening');
    const address = shown.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const verdict = async (settings: NodeJS.ProcessEnv) =>
      all(
        examineShownCertificate(
          config({
            RGTP_NNTP_LISTEN: `nntps://127.0.0.1:${port}`,
            RGTP_NNTP_TLS_CERTIFICATE: certificate,
            RGTP_NNTP_TLS_KEY: key,
            ...settings,
          }),
        ),
      );
    expect(await verdict({ RGTP_NNTP_NAME: 'another.example' })).toMatchObject([
      { result: 'warn', what: expect.stringContaining('that is not for another.example') },
    ]);
    const { subjectAltName = '' } = new X509Certificate(readFileSync(certificate));
    const [, name = ''] = /DNS:([^,]+)/.exec(subjectAltName) ?? [];
    expect(await verdict({ RGTP_NNTP_NAME: name })).toMatchObject([
      { result: 'warn', what: expect.stringContaining('will not trust') },
    ]);
    const { certificate: RGTP_NNTP_TLS_CERTIFICATE } = tlsFiles('second');
    expect(await verdict({ RGTP_NNTP_TLS_CERTIFICATE })).toMatchObject([
      { result: 'fail', what: expect.stringContaining('shows a certificate other than') },
    ]);
    shown.close();
    await once(shown, 'close');
    expect(await verdict({})).toEqual([]);
  });
});

describe('a peer', () => {
  async function examined(peer: FakePeer, settings: NodeJS.ProcessEnv = {}) {
    const address = `nntp://127.0.0.1:${peer.address.port}`;
    const [one] = config({ RGTP_NNTP_PEERS_0_ADDRESS: address, RGTP_NNTP_PEERS_0_NAME: 'inn', ...settings }).peers;
    if (one === undefined) throw new Error('no peer');
    const { what, ...rest } = await examinePeer(one);
    return { ...rest, what: what.replaceAll(address, 'ADDRESS') };
  }

  it('takes articles, streamed or not; is not there; lets nobody in; takes none', async () => {
    const peer = await FakePeer.open();
    onTestFinished(() => peer.close());
    expect(await examined(peer)).toEqual({ result: 'ok', what: 'peer inn at ADDRESS takes articles, streamed' });
    peer.streaming = false;
    expect(await examined(peer)).toEqual({
      result: 'ok',
      what: 'peer inn at ADDRESS takes articles, one by one (IHAVE)',
    });
    expect(peer.articles.size).toBe(0);
    peer.login = { user: 'board', password: 'secret' };
    expect(await examined(peer)).toEqual({
      result: 'fail',
      what: 'peer inn at ADDRESS: 480 who?',
      remedy: 'Have the peer accept this server (incoming.conf in INN), or set peers[n].user.',
    });
    const login = { RGTP_NNTP_PEERS_0_USER: 'board', RGTP_NNTP_PEERS_0_PASSWORD: 'wrong' };
    expect(await examined(peer, login)).toEqual({
      result: 'fail',
      what: 'peer inn at ADDRESS: the login was answered 481 no',
      remedy: 'Correct peers[n] in the configuration, or start the peer.',
    });
    expect(await examined(peer, { ...login, RGTP_NNTP_PEERS_0_PASSWORD: 'secret' })).toMatchObject({ result: 'ok' });
    const file = { RGTP_NNTP_PEERS_0_USER: 'board', RGTP_NNTP_PEERS_0_PASSWORD_FILE: join(folder, 'password') };
    expect(await examined(peer, file)).toMatchObject({
      result: 'fail',
      what: expect.stringContaining("the password of the peer inn can't be read"),
      remedy: 'Correct the files that peers[n] names.',
    });
    writeFileSync(join(folder, 'password'), 'secret\n');
    expect(await examined(peer, file)).toMatchObject({ result: 'ok' });
    await peer.close();
    expect(await examined(peer)).toMatchObject({ result: 'fail', what: expect.stringContaining('ECONNREFUSED') });
  });

  it('is tried with all else', async () => {
    const peer = await FakePeer.open();
    onTestFinished(() => peer.close());
    const { port } = peer.address;
    const env = { RGTP_NNTP_DATA: folder, RGTP_NNTP_PEERS_0_ADDRESS: `nntp://127.0.0.1:${port}` };
    const { stdout } = await commandLine(['doctor'], { env });
    expect(stdout).toContain(`peer 127.0.0.1 at nntp://127.0.0.1:${port} takes articles, streamed`);
  });
});

describe('the mail server', () => {
  it('greets, does not, or is away; without registration nobody asks', async () => {
    let says = '220 mail.example ESMTP\r\n';
    const server = createServer((socket) => socket.end(says));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const mail = (registration: string) =>
      all(
        examineMail(
          config({
            RGTP_NNTP_EMBEDDED_REGISTRATION: registration,
            RGTP_NNTP_EMBEDDED_MAIL_SERVER: `smtp://127.0.0.1:${port}`,
          }),
        ),
      );
    expect(await mail('off')).toEqual([]);
    expect(await mail('open')).toMatchObject([{ result: 'ok', what: expect.stringContaining('220 mail.example') }]);
    says = 'SSH-2.0\r\n';
    expect(await mail('open')).toMatchObject([{ result: 'fail', what: expect.stringContaining('says "SSH-2.0"') }]);
    server.close();
    await once(server, 'close');
    expect(await mail('open')).toMatchObject([{ result: 'fail', what: expect.stringContaining('ECONNREFUSED') }]);
  });
});

describe('the stores', () => {
  it('are not there yet, sound, damaged, foreign, or too new', async () => {
    const path = (name: string) => join(folder, `gossip.${name}.sqlite`);
    const about = async (what: string) =>
      (await all(examineStores(config()))).find((finding) => finding.what.startsWith(`gossip: ${what}`));
    expect(await about('cache')).toEqual({ result: 'ok', what: `gossip: cache does not exist yet (${path('cache')})` });

    Cache.open(path('cache')).close();
    expect(await about('cache')).toMatchObject({
      result: 'ok',
      what: expect.stringMatching(/^gossip: cache is sound/),
    });

    await PermanentFile.open(path('permanent')).close();
    const db = new DatabaseSync(path('permanent'));
    db.exec('PRAGMA user_version=1000');
    db.close();
    expect(await about('permanent')).toMatchObject({
      result: 'fail',
      what: expect.stringContaining('newer rgtp-nntp (schema 1000)'),
    });

    new DatabaseSync(path('board')).exec('CREATE TABLE x (y)');
    expect(await about('board')).toMatchObject({
      result: 'fail',
      what: expect.stringContaining('is not a board file'),
    });

    writeFileSync(path('cache'), 'x'.repeat(10_000));
    expect(await about('cache')).toMatchObject({ result: 'fail', remedy: expect.stringContaining('delete') });
  });

  it('lack one that belongs to the others, or a log; looking does not hide it', async () => {
    const data = mkdtempSync(join(tmpdir(), 'doctor-lost-'));
    const path = (name: string) => join(data, `gossip.${name}`);
    const failures = async () =>
      (await all(examineStores(config({ RGTP_NNTP_DATA: data })))).filter(({ result }) => result === 'fail');

    const live = openDatabase(path('live'), boardSchema, { durable: true });
    copyFileSync(path('live'), path('board.sqlite'));
    closeDatabase(live);
    const lost = [{ what: expect.stringMatching(/^gossip: board: .*board\.sqlite: its write-ahead log .* is gone/) }];
    expect(await failures()).toMatchObject(lost);
    expect(await failures()).toMatchObject(lost);

    rmSync(path('board.sqlite'));
    await PermanentFile.open(path('permanent.sqlite')).close();
    expect(await failures()).toMatchObject([
      {
        what: expect.stringMatching(
          /^gossip: the board .*board\.sqlite is missing or empty, although gossip\.permanent\.sqlite/,
        ),
        remedy: expect.stringContaining('Put the file back'),
      },
    ]);
    rmSync(data, { recursive: true });
  });
});

describe('the certificate', () => {
  const { certificate, key } = tlsFiles('first');
  const given = (extra: NodeJS.ProcessEnv = {}) =>
    config({
      RGTP_NNTP_TLS_CERTIFICATE: certificate,
      RGTP_NNTP_TLS_KEY: key,
      RGTP_NNTP_NAME: 'news.example',
      ...extra,
    });
  const dates = (day: string) => all(examineCertificate(given(), Date.parse(day)));

  it('is missing, of today, about to expire, expired, or of tomorrow', async () => {
    expect((await all(examineCertificate(config())))[0]?.what).toContain('no certificate');
    expect((await dates('2030-01-01'))[0]).toMatchObject({
      result: 'ok',
      what: expect.stringContaining('is valid to'),
    });
    expect((await dates('2200-01-01'))[0]).toMatchObject({
      result: 'fail',
      what: expect.stringContaining('expired on'),
    });
    expect((await dates('1999-01-01'))[0]).toMatchObject({
      result: 'fail',
      what: expect.stringContaining('not valid yet'),
    });
  });

  it('does not fit its key, or the name', async () => {
    const wrong = await all(examineCertificate(given({ RGTP_NNTP_TLS_KEY: tlsFiles('second').key })));
    expect(wrong).toMatchObject([
      { result: 'fail', what: expect.stringContaining('does not belong to the certificate') },
    ]);
    expect((await dates('2030-01-01')).at(-1)).toMatchObject({
      result: 'warn',
      what: 'the certificate is not for news.example',
    });
  });
});

describe('the ports', () => {
  it('are free, or taken by somebody who is named', async () => {
    const other = await tcpServer((socket) => socket.end('220 mail.example ESMTP\r\n'));
    const { port } = other;
    const where = { RGTP_NNTP_EMBEDDED_LISTEN: 'rgtp://127.0.0.1:0', RGTP_NNTP_HTTP_LISTEN: 'off' };
    const findings = await all(examinePorts(config({ RGTP_NNTP_LISTEN: `nntp://127.0.0.1:${port}`, ...where })));
    expect(findings.map(({ what }) => /port (\d+) \(\w+\) is not configured/.exec(what)?.[1])).toEqual([
      undefined,
      '119',
      '563',
      '1431',
      '113',
    ]);
    expect(findings[0]).toMatchObject({
      result: 'warn',
      remedy: expect.stringContaining('set listen to another port'),
    });
    expect(findings[0]?.what).toMatch(
      new RegExp(`^nntp://127.0.0.1:${port} is taken.*; it says "220 mail.example ESMTP"$`),
    );
    if (process.platform === 'linux') expect(findings[0]?.what).toContain(`(pid ${process.pid})`);
    await other.close();
    const [again] = await all(examinePorts(config({ RGTP_NNTP_LISTEN: `nntp://127.0.0.1:${port}`, ...where })));
    expect(again).toEqual({ result: 'ok', what: `nntp://127.0.0.1:${port} is free` });
  });
});

describe('a board', () => {
  it('is reached, greeted, logged into, and measured', async () => {
    const board = await BoardServer.open({ path: ':memory:', listen: { host: '127.0.0.1', port: 0 }, title: 'Test' });
    const rgtp = `rgtp://localhost:${board.address.port}`;
    const [remote] = config({ RGTP_NNTP_BOARDS_0_RGTP: rgtp }).boards;
    const findings = remote === undefined ? [] : await all(examineBoard(remote));
    expect(findings.filter(({ result }) => result !== 'ok')).toEqual([]);
    expect(findings.map(({ what }) => what).join('\n')).toMatch(
      /localhost is .*\n.* greets: .*Test.*\n.*: guest may read\n.*: message of the day of 20.*\n.*its clock is not ahead of ours\n.*: one answer in \d+ ms, 16 at once in \d+ ms$/,
    );
    await board.close();
  });

  it.each([
    ['RGTP_NNTP_BOARDS_0_RGTP', 'rgtp://127.0.0.1:1', 'ECONNREFUSED', 'firewall'],
    ['RGTP_NNTP_BOARDS_0_RGTP', 'rgtp://no-such-host.invalid', 'has no address', 'Correct'],
  ])('is not there: %s=%s', async (variable, value, what, remedy) => {
    const [remote] = config({ [variable]: value }).boards;
    const findings = remote === undefined ? [] : await all(examineBoard(remote));
    expect(findings.at(-1)).toMatchObject({
      result: 'fail',
      what: expect.stringContaining(what),
      remedy: expect.stringContaining(remedy),
    });
  });
});

describe('rgtp-nntp doctor', () => {
  it('prints a line for each, and fails if anything must be put right', async () => {
    const environment = {
      RGTP_NNTP_DATA: folder,
      RGTP_NNTP_LISTEN: 'nntp://127.0.0.1:0',
      RGTP_NNTP_EMBEDDED_LISTEN: 'off',
      RGTP_NNTP_HTTP_LISTEN: 'off',
    };
    const fine = await commandLine(['doctor'], { env: environment });
    expect(fine).toMatchObject({ code: 0, stderr: '' });
    expect(fine.stdout).toMatch(/^ok {4}rgtp-nntp .*\n(?:(?:ok {4}|warn {2}|fail {2}| {6}→ ).*\n)+$/);
    writeFileSync(join(folder, 'gossip.permanent.sqlite'), 'no database at all, but long enough'.repeat(100));
    const ill = await commandLine(['doctor'], { env: environment });
    expect(ill).toMatchObject({ code: 1, stderr: 'rgtp-nntp: 2 things to put right\n' });
  });
});

describe('a healthy quick start', () => {
  it('passes, and recognises the server that uses its data', async () => {
    const data = join(folder, 'data');
    const any = {
      RGTP_NNTP_DATA: data,
      RGTP_NNTP_LISTEN: 'nntp://127.0.0.1:0',
      RGTP_NNTP_EMBEDDED_LISTEN: 'rgtp://127.0.0.1:0',
      RGTP_NNTP_HTTP_LISTEN: 'http://127.0.0.1:0',
    };
    const server = new CommandLine(['serve'], { env: any });
    const [, news] = await server.printed(/newsreader at 127\.0\.0\.1 port (\d+)/);
    const [, board] = await server.printed(/RGTP clients: 127\.0\.0\.1 port (\d+)/);
    const [, http] = await server.printed(/http:\/\/127\.0\.0\.1:(\d+)/);
    const env = {
      RGTP_NNTP_DATA: data,
      RGTP_NNTP_LISTEN: `nntp://127.0.0.1:${news}`,
      RGTP_NNTP_EMBEDDED_LISTEN: `rgtp://127.0.0.1:${board}`,
      RGTP_NNTP_HTTP_LISTEN: `http://127.0.0.1:${http}`,
    };
    const { code, stdout } = await commandLine(['doctor'], { env });
    server.child.kill('SIGTERM');
    await server.ended;
    expect(stdout.split('\n').filter((line) => !/^(ok {4}|$)/.test(line))).toEqual([]);
    if (process.platform === 'linux') expect(stdout.match(/: this is the server of these data$/gm)).toHaveLength(3);
    expect(code).toBe(0);
  });
});
