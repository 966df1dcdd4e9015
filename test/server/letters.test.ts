/**
 * Registration on a disk whose n-th call fails, for every n: a letter is whole and its secret works, or it is not there and
 * the applicant was told so, and may apply again.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { Dialogue } from '../board/dialogue.ts';
import { type Fault, FaultyDisk } from '../support/faulty-disk/faulty-disk.ts';
import { canRecord } from '../support/power-cut/trace.ts';

vi.setConfig({ testTimeout: 600_000 });

const PROCESS = fileURLToPath(new URL('faulty-disk-process.ts', import.meta.url));
/** more calls than a registration needs */
const MOST = 200;
/** registrations from one address in an hour, at most */
const EACH = 4;

describe.skipIf(!canRecord)('letters on a failing disk', () => {
  let disk: FaultyDisk;
  let child: ChildProcess;
  let port: number;
  let applicants = 0;

  beforeAll(async () => {
    disk = new FaultyDisk();
    child = fork(PROCESS, [disk.folder], { env: disk.env });
    const [message] = await once(child, 'message');
    port = (message as { boardPort: number }).boardPort; // what the process sends
  });
  afterAll(async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
    disk.remove();
  });

  async function apply(userid: string): Promise<string> {
    const board = await Dialogue.open(port, `127.0.1.${1 + Math.floor(applicants++ / EACH)}`);
    try {
      await board.line();
      await board.list('REGU');
      return await board.ask(`USER ${userid}`);
    } finally {
      board.close();
    }
  }

  /** What others would send. */
  function lettersTo(userid: string): string[] {
    const outbox = join(disk.folder, 'outbox');
    const names = existsSync(outbox) ? readdirSync(outbox).filter((name) => name.endsWith('.eml')) : [];
    const letters = names.map((name) => readFileSync(join(outbox, name), 'latin1'));
    for (const letter of letters) expect(letter).toContain('please ignore this letter.');
    return letters.filter((letter) => letter.includes(`To: ${userid}\r\n`));
  }

  async function logIn(userid: string): Promise<string> {
    const [letter = '', ...more] = lettersTo(userid);
    expect(more).toEqual([]);
    const [, hex = ''] = /^ {4}([0-9A-F ]{32,})\r?$/m.exec(letter) ?? [];
    const board = await Dialogue.open(port);
    await board.line();
    const answer = await board.prove(userid, Buffer.from(hex.replaceAll(' ', ''), 'hex'));
    board.close();
    return answer;
  }

  test.each([
    ['ENOSPC', true],
    ['ENOSPC', false],
    ['EROFS', true],
    ['EIO', false],
  ] as const satisfies [Fault, boolean][])('%s, for good: %s', async (fault, lasting) => {
    let failures = 0;
    for (let after = 0; after < MOST; after++) {
      const userid = `u${after}.${fault.toLowerCase()}.${lasting ? 'all' : 'one'}@rgtp.test`.replace(/\.(?=.*@)/g, '');
      const what = `${fault}, after ${after} calls`;
      disk.fail(fault, { after, lasting });
      const first = await apply(userid);
      const letters = lettersTo(userid);
      const failed = disk.mend();
      if (failed > 0) failures++;
      if (first.startsWith('280')) expect(letters, what).toHaveLength(1);
      else {
        expect(first, what).toMatch(
          /^484 The (server's disk|mail with your secret could not be sent; please try again)/,
        );
        expect(letters, what).toEqual([]);
        expect(await apply(userid), what).toBe(`280 Await the email I have sent to ${userid}`);
      }
      expect(await logIn(userid), what).toMatch(/^232/);
      if (failed === 0) break;
    }
    expect(failures).toBeGreaterThan(5);
  });
});
