/** Common mistakes of operators end in a sentence that says which file, why, and what to do; never in a stack. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expiredTlsFiles, tlsFiles } from '../support/tls-files.ts';
import { commandLine, main } from './command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'mistakes-'));
const path = (name: string) => join(folder, name);
const { certificate, key } = tlsFiles('first');

beforeAll(() => {
  writeFileSync(path('garbage'), 'hello\n');
  writeFileSync(
    path('locked.pem'),
    '-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n',
  );
  mkdirSync(path('a-folder'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const server = {
  RGTP_NNTP_DATA: path('data'),
  RGTP_NNTP_LISTEN: 'nntp://127.0.0.1:0',
  RGTP_NNTP_EMBEDDED_LISTEN: 'off',
  RGTP_NNTP_HTTP_LISTEN: 'off',
};

/** What is wrong, the settings, what is said about it, and what to do. */
const MISTAKES: readonly (readonly [string, Record<string, string>, RegExp, RegExp])[] = [
  [
    'a certificate that is not there',
    { TLS_CERTIFICATE: path('none'), TLS_KEY: key },
    /the certificate \(tls\.certificate\) can't be read: .*none: there is no such file or folder/,
    /Correct its name/,
  ],
  [
    'a key that is not there',
    { TLS_CERTIFICATE: certificate, TLS_KEY: path('none') },
    /the key of the certificate \(tls\.key\) can't be read: .*none: there is no such file or folder/,
    /Correct its name/,
  ],
  [
    'a certificate that is a folder',
    { TLS_CERTIFICATE: path('a-folder'), TLS_KEY: key },
    /tls\.certificate\) can't be read: .*it is a folder/,
    /Correct its name/,
  ],
  [
    'a certificate that is none',
    { TLS_CERTIFICATE: path('garbage'), TLS_KEY: key },
    /tls\.certificate\) .*garbage can't be used: it is not a certificate/,
    /PEM file/,
  ],
  [
    'a key that is none',
    { TLS_CERTIFICATE: certificate, TLS_KEY: path('garbage') },
    /tls\.key\) .*garbage can't be used: it is not a private key/,
    /PEM file/,
  ],
  [
    'a key with a passphrase',
    { TLS_CERTIFICATE: certificate, TLS_KEY: path('locked.pem') },
    /tls\.key\) .*locked\.pem can't be used: it has a passphrase/,
    /openssl pkey/,
  ],
  [
    'a key of another certificate',
    { TLS_CERTIFICATE: certificate, TLS_KEY: tlsFiles('second').key },
    /the key .*second\.key\.pem does not belong to the certificate .*first\.cert\.pem/,
    /of one certificate/,
  ],
  [
    'a secret that is not there',
    { BOARDS_0_RGTP: 'rgtp://127.0.0.1:1', BOARDS_0_USER: 'ann', BOARDS_0_SECRET_FILE: path('none') },
    /the secret of groggs\.gossip can't be read: .*none: there is no such file/,
    /Correct its name/,
  ],
  [
    'a secret without an end',
    { BOARDS_0_RGTP: 'rgtp://127.0.0.1:1', BOARDS_0_USER: 'ann', BOARDS_0_SECRET_FILE: '/dev/zero' },
    /the secret of groggs\.gossip can't be read: \/dev\/zero: it is larger than 1,048,576 octets/,
    /Correct its name/,
  ],
  [
    'a certificate without an end',
    { TLS_CERTIFICATE: '/dev/zero', TLS_KEY: key },
    /tls\.certificate\) can't be read: \/dev\/zero: it is larger/,
    /Correct its name/,
  ],
  [
    'authorities that are none',
    { BOARDS_0_RGTP: 'rgtps://127.0.0.1:1', BOARDS_0_CA: path('garbage') },
    /the authorities \(ca\) of groggs\.gossip in .*garbage are not a PEM certificate/,
    /^/,
  ],
  [
    'a password of the mail server that is not there',
    {
      EMBEDDED_REGISTRATION: 'open',
      EMBEDDED_MAIL_SERVER: 'smtp://127.0.0.1',
      EMBEDDED_MAIL_USER: 'x',
      EMBEDDED_MAIL_PASSWORD_FILE: path('none'),
    },
    /the password of embedded\.mail can't be read: .*none: there is no such file/,
    /Correct its name/,
  ],
];

describe.each(MISTAKES)('%s', (_, settings, words, remedy) => {
  const environment: NodeJS.ProcessEnv = { ...server };
  for (const [name, value] of Object.entries(settings)) environment[`RGTP_NNTP_${name}`] = value;

  it('serve and check say the same, before anything is made', async () => {
    const { code, stderr } = await commandLine(['serve'], { env: environment });
    expect(stderr).toMatch(words);
    expect(stderr).toMatch(remedy);
    expect(stderr).not.toMatch(/bug|privileges|\n {4}at /);
    expect(code).toBe(2);
    expect(existsSync(path('data/gossip.board.sqlite'))).toBe(false);
    const check = await commandLine(['check'], { env: environment });
    expect(check.stdout).toMatch(new RegExp(`^fail  .*${words.source}`, 'm'));
    expect(check.code).toBe(1);
  });
});

it('a certificate that has expired is not ok', async () => {
  const { certificate: RGTP_NNTP_TLS_CERTIFICATE, key: RGTP_NNTP_TLS_KEY } = expiredTlsFiles;
  const { code, stdout } = await commandLine(['check'], {
    env: { ...server, RGTP_NNTP_TLS_CERTIFICATE, RGTP_NNTP_TLS_KEY },
  });
  expect(stdout).toMatch(/^fail {2}certificate: .*it has expired$/m);
  expect(code).toBe(1);
});

it.each([
  ['/proc/x', "can't be created: /proc/x: there is no such file or folder (ENOENT)"],
  ['/dev/null', "can't be used: /dev/null: a part of the path is not a folder (ENOTDIR)"],
  [path('garbage/data'), `can't be created: ${path('garbage/data')}: a part of the path is not a folder (ENOTDIR)`],
])('data in %s fails at once, and check says so', async (data, words) => {
  const env = { ...server, RGTP_NNTP_DATA: data };
  const { code, stderr } = await commandLine(['serve'], { env });
  expect(stderr).toContain(`the folder of data ${words}\nCreate it, or set data to another one.`);
  expect(code).toBe(1);
  const check = await commandLine(['check'], { env });
  expect(check.stdout).toContain(`fail  the folder of data ${words}`);
  expect(check.code).toBe(1);
});

it('check makes no data folder, and leaves nothing in one', async () => {
  mkdirSync(path('there'));
  for (const data of ['there', 'not/there']) {
    const { code, stdout } = await commandLine(['check'], { env: { ...server, RGTP_NNTP_DATA: path(data) } });
    expect(stdout).toContain(`ok    data: ${path(data)}\n`);
    expect(code).toBe(0);
  }
  expect(readdirSync(path('there'))).toEqual([]);
  expect(existsSync(path('not'))).toBe(false);
});

it.each([
  ['a folder', 'it is a folder', (there: string) => mkdirSync(there)],
  ['a FIFO', 'it is not a regular file', (there: string) => spawnSync('mkfifo', [there])],
  ['a link to nowhere', 'there is no such file or folder', (there: string) => symlinkSync('/nonexistent/x', there)],
])('%s in the place of a file of the data folder is not a disk that fails', async (what, words, put) => {
  const data = path(`data with ${what}`);
  mkdirSync(data);
  put(join(data, 'lock'));
  const { code, stderr } = await commandLine(['serve'], { env: { ...server, RGTP_NNTP_DATA: data } });
  expect(stderr).toContain(`${join(data, 'lock')}: ${words}`);
  expect(stderr).not.toMatch(/failing|in use/);
  expect(code).toBe(1);
});

/** Only root can act as another user. */
describe.runIf(process.geteuid?.() === 0)('files of somebody else', () => {
  const nobody = { uid: 65_534, gid: 65_534 };

  function asNobody(args: readonly string[], env: Record<string, string>) {
    return spawnSync(process.execPath, [main, ...args], {
      env: { ...process.env, ...env },
      encoding: 'utf8',
      ...nobody,
    });
  }

  it('a key that this user may not read is not taken for a port that it may not open', () => {
    chmodSync(folder, 0o755);
    writeFileSync(path('private.pem'), 'x', { mode: 0o600 });
    const { status, stderr } = asNobody(['serve'], {
      ...server,
      RGTP_NNTP_TLS_CERTIFICATE: certificate,
      RGTP_NNTP_TLS_KEY: path('private.pem'),
    });
    expect(stderr).toMatch(/tls\.key\) can't be read: .*private\.pem: permission denied/);
    expect(stderr).toContain('Let the user that this runs as (uid 65534) read it.');
    expect(status).toBe(2);
  });

  it('a data folder that this user may not write', () => {
    mkdirSync(path('others'), { mode: 0o755 });
    const { status, stderr } = asNobody(['serve'], { ...server, RGTP_NNTP_DATA: path('others') });
    expect(stderr).toMatch(/others\/lock: permission denied/);
    expect(stderr).toContain('Run the command as the user that the service runs as');
    expect(stderr).not.toContain('in use');
    expect(status).toBe(1);
    chownSync(path('others'), 65_534, 65_534);
  });
});

describe('names of files in the configuration file', () => {
  it('are relative to it; those of the environment to the current folder', async () => {
    mkdirSync(path('etc/rgtp'), { recursive: true });
    mkdirSync(path('cwd'));
    writeFileSync(
      path('etc/rgtp/c.yaml'),
      'boards:\n  - rgtp: rgtp://127.0.0.1:1\n    user: ann\n    secretFile: secrets/ann\n',
    );
    const options = { cwd: path('cwd') };
    const written = await commandLine(['check', '-c', '../etc/rgtp/c.yaml'], options);
    expect(written.stdout).toContain("can't be read: ../etc/rgtp/secrets/ann: there is no such file");
    const env = { RGTP_NNTP_BOARDS_0_SECRET_FILE: 'here/ann' };
    const set = await commandLine(['check', '-c', '../etc/rgtp/c.yaml'], { ...options, env });
    expect(set.stdout).toContain("can't be read: here/ann: there is no such file");
    // The default, too.
    const user = await commandLine(['user', 'list', '-c', '../etc/rgtp/c.yaml'], options);
    expect(user.code).toBe(0);
    expect(user.stderr).toContain(
      `creating a new data folder, ${path('etc/rgtp/data')}: a server that uses another one`,
    );
    expect((await commandLine(['user', 'list', '-c', '../etc/rgtp/c.yaml'], options)).stderr).toBe('');
    expect(existsSync(path('etc/rgtp/data/gossip.permanent.sqlite'))).toBe(true);
    expect(existsSync(path('cwd/data'))).toBe(false);
  });
});

it('standard output that nobody reads to its end is not an error', () => {
  const command = `${process.execPath} ${main} completion bash | head -1; echo "\${PIPESTATUS[0]}"`;
  const { stdout, stderr } = spawnSync('bash', ['-c', command], { encoding: 'utf8' });
  expect({ stdout, stderr }).toEqual({ stdout: '# bash completion for rgtp-nntp\n0\n', stderr: '' });
});
