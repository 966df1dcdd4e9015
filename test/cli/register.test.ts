import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CommandLine, commandLine } from './command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'rgtp-nntp-register-'));
let board: CommandLine;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  board = new CommandLine(['board'], {
    env: {
      RGTP_NNTP_DATA: join(folder, 'board'),
      RGTP_NNTP_EMBEDDED_LISTEN: 'rgtp://127.0.0.1:0',
      RGTP_NNTP_HTTP_LISTEN: 'off',
      RGTP_NNTP_EMBEDDED_REGISTRATION: 'open',
      RGTP_NNTP_EMBEDDED_MAIL_FROM: 'editors@board.example',
    },
  });
  const [, port] = await board.printed(/port (\d+)\./);
  env = { RGTP_NNTP_DATA: join(folder, 'client'), RGTP_NNTP_BOARDS_0_RGTP: `rgtp://127.0.0.1:${port}` };
});

afterAll(async () => {
  await board.end();
  rmSync(folder, { recursive: true });
});

describe('rgtp-nntp register', () => {
  it('shows the conditions, and asks for nothing without a yes', async () => {
    const { code, stdout, stderr } = await commandLine(['register', 'ann@example.org'], { env, input: 'no\n' });
    expect(stdout.length).toBeGreaterThan(40);
    expect(stderr).toContain('Do you agree? (yes or no)');
    expect(stderr).toContain('you did not agree: no account was requested');
    expect(code).toBe(1);
    expect(readdirSync(join(folder, 'board'))).not.toContain('outbox');
  });

  it('gets an account, whose secret comes by mail and lets its owner in', async () => {
    const asked = await commandLine(['register', 'ann@example.org', '--yes'], { env });
    expect(asked).toMatchObject({ code: 0, stderr: '' });
    const outbox = join(folder, 'board', 'outbox');
    const [letter = ''] = readdirSync(outbox);
    expect(statSync(join(outbox, letter)).mode & 0o077).toBe(0);
    const text = readFileSync(join(outbox, letter), 'utf8');
    expect(text).toContain('From: editors@board.example');
    expect(text).toContain('To: ann@example.org');
    const secret = /\b([0-9A-F]{2}(?: ?[0-9A-F]{2}){15})\b/.exec(text)?.[1] ?? '';
    const login = { ...env, RGTP_NNTP_BOARDS_0_USER: 'ann@example.org', RGTP_NNTP_BOARDS_0_SECRET: secret };
    expect((await commandLine(['check'], { env: login })).stdout).toMatch(/as ann@example\.org: may post\n$/);
  });

  it('passes on why the board refuses', async () => {
    const refused = await commandLine(['register', 'not/a/userid', '--yes'], { env });
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringMatching(/^rgtp-nntp: the board refused: .+\n$/) });
  });

  it('is not for the embedded board', async () => {
    const embedded = await commandLine(['register', 'ann@example.org'], { env: { RGTP_NNTP_DATA: folder } });
    expect(embedded).toMatchObject({ code: 2, stderr: expect.stringContaining('rgtp-nntp board user add') });
  });
});
