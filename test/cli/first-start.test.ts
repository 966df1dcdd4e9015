import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { tcpServer } from '../support/tcp-server.ts';
import { CommandLine, commandLine, main } from './command-line.ts';

let folder: string;
let running: CommandLine | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rgtp-nntp-first-'));
});

afterEach(async () => {
  await running?.end();
  rmSync(folder, { recursive: true });
});

const checkout = join(import.meta.dirname, '..', '..');

const listeners = {
  RGTP_NNTP_LISTEN: 'nntp://127.0.0.1:0',
  RGTP_NNTP_EMBEDDED_LISTEN: 'rgtp://127.0.0.1:0',
  RGTP_NNTP_HTTP_LISTEN: 'http://127.0.0.1:0',
};

function environment(): NodeJS.ProcessEnv {
  return { RGTP_NNTP_DATA: join(folder, 'data'), ...listeners };
}

/** Starts until it is up, and stops it. Returns what it printed. */
async function started(command: string): Promise<string> {
  running = new CommandLine([command], { env: environment() });
  await running.printed(/RGTP clients.*port \d+\./);
  running.child.kill('SIGTERM');
  const { code, stdout } = await running.ended;
  expect(code).toBe(0);
  return stdout;
}

/** Does in a shell what it printed. */
function run(printed: string, line: RegExp): string {
  const command = line.exec(printed)?.[1] ?? expect.fail(`no ${line} in ${printed}`);
  const options = { cwd: checkout, env: { ...process.env, ...environment() }, encoding: 'utf8' } as const;
  const { status, stdout, stderr } = spawnSync('sh', ['-c', command], options);
  expect(status, stderr).toBe(0);
  return stdout;
}

it.each([
  ['board', 'RGTP_NNTP_EMBEDDED_LISTEN', 'rgtp'],
  ['serve', 'RGTP_NNTP_EMBEDDED_LISTEN', 'rgtp'],
  ['serve', 'RGTP_NNTP_HTTP_LISTEN', 'http'],
  ['serve', 'RGTP_NNTP_LISTEN', 'nntp'],
])(
  '%s: the secret of a start that fails at %s is kept, and shown by the first that succeeds',
  async (command, variable, scheme) => {
    const other = await tcpServer();
    const { port } = other;
    const failed = await commandLine([command], {
      env: { ...environment(), [variable]: `${scheme}://127.0.0.1:${port}` },
    });
    await other.close();
    expect(failed).toMatchObject({ code: 1, stderr: expect.stringContaining(`port ${port} is taken`) });
    expect(failed.stdout).not.toContain('secret');

    const secret = readFileSync(join(folder, 'data', 'gossip.editor.secret'), 'utf8').trim();
    expect(secret).toMatch(/^[0-9A-F]{32}$/);
    // Standard output is not a terminal: a journal must not keep the secret.
    const first = await started(command);
    expect(first).toContain('userid  editor\n  secret  (not shown: this is not a terminal)\n');
    expect(first).toContain(`kept in ${join(folder, 'data', 'gossip.editor.secret')};`);
    expect(run(first, /make a new one with: (.*)/)).toMatch(/secret {2}(?!none)/);
    expect(run(first, /Add people with: (.*)/)).toContain('userid  ann@example.org');
    expect(first).not.toContain(secret);
    expect(await started(command)).not.toContain('secret');
  },
);

it.runIf(process.platform === 'linux')('on a terminal the secret is shown', async () => {
  const command = `exec ${process.execPath} ${main} board`;
  const terminal = spawn('script', ['-qefc', command, '/dev/null'], {
    env: { ...process.env, ...environment() },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  let shown = '';
  for await (const chunk of terminal.stdout.setEncoding('utf8')) {
    shown += chunk;
    // Ctrl-C, once.
    if (!terminal.stdin.writableEnded && /RGTP clients.*port \d+\./.test(shown)) terminal.stdin.end('\x03');
  }
  const secret = readFileSync(join(folder, 'data', 'gossip.editor.secret'), 'utf8').trim();
  expect(shown).toContain(`secret  ${secret}`);
});

it('a secret that was renewed before anybody saw the first one is not shown', async () => {
  const other = await tcpServer();
  const taken = `rgtp://127.0.0.1:${other.port}`;
  const failed = await commandLine(['board'], { env: { ...environment(), RGTP_NNTP_EMBEDDED_LISTEN: taken } });
  await other.close();
  expect(failed.code).toBe(1);
  expect((await commandLine(['board', 'user', 'secret', 'editor'], { env: environment() })).code).toBe(0);
  expect(await started('board')).not.toContain('secret');
});
