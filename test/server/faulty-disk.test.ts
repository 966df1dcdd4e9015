/**
 * The n-th call of the server to its disk fails, for every n: nothing acknowledged is lost, nothing is posted twice,
 * the answers say what is wrong, and it recovers without a restart.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { Dialogue } from '../board/dialogue.ts';
import { type Fault, FaultyDisk } from '../support/faulty-disk/faulty-disk.ts';
import { NntpClient } from '../support/nntp-client.ts';
import { canRecord } from '../support/power-cut/trace.ts';
import { people } from '../support/whole-server.ts';

vi.setConfig({ testTimeout: 600_000 });

const PROCESS = fileURLToPath(new URL('faulty-disk-process.ts', import.meta.url));
/** FAULTS_STEP=1: every single call, which takes minutes */
const STEP = Number(process.env['FAULTS_STEP'] ?? 9);
/** more calls than the posts below need */
const MOST = 500;

const WORDS: Readonly<Record<Fault, RegExp>> = {
  ENOSPC: /server's disk is full;/,
  EDQUOT: /server's disk is full;/,
  EROFS: /server's disk takes no writes;/,
  EIO: /server's disk fails;/,
};
const ANY = /server's disk (is full|takes no writes|fails);/;
const LOOK =
  /^441 the (board failed|connection to the board was lost) while it was posting, .*look before you post it again/;

interface Ports {
  readonly newsPort: number;
  readonly boardPort: number;
  readonly httpPort: number;
}

describe.skipIf(!canRecord).each(['ENOSPC', 'EDQUOT', 'EROFS', 'EIO'] as const)(
  'a disk that fails with %s',
  (fault) => {
    let disk: FaultyDisk;
    let child: ChildProcess;
    let ports: Ports;
    let writer: NntpClient;
    /** subjects that somebody was told are on the board */
    const there: string[] = [];

    beforeAll(async () => {
      disk = new FaultyDisk();
      await start();
    });
    afterAll(async () => {
      await kill();
      disk.remove();
    });

    async function start(): Promise<void> {
      child = fork(PROCESS, [disk.folder], { env: disk.env });
      const [message] = await once(child, 'message');
      ports = message as Ports; // what the process sends
      writer = await NntpClient.connect(ports.newsPort);
      await writer.ask(`AUTHINFO USER ${people.proving[2]}`);
      expect(await writer.ask(`AUTHINFO PASS ${people.password}`)).toMatch(/^281/);
    }

    async function kill(): Promise<void> {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }

    async function post(subject: string): Promise<string> {
      expect(await writer.ask('POST')).toMatch(/^340/);
      const id = `<${subject}@x.example>`;
      const head = ['From: W <w@x.example>', 'Newsgroups: groggs.gossip', `Subject: ${subject}`, `Message-ID: ${id}`];
      return writer.ask([...head, '', 'x'.repeat(70), '.'].join('\r\n'));
    }

    /** The answer of the first RGTP command that fails, or of NEWI. */
    async function newItem(subject: string): Promise<string> {
      const board = await Dialogue.open(ports.boardPort);
      try {
        await board.line();
        const login = await board.prove(people.proving[2], people.secret);
        if (!login.startsWith('232')) return login;
        const text = await board.text('W', 'hello');
        return text.startsWith('350') ? await board.ask(`NEWI ${subject}`) : text;
      } finally {
        board.close();
      }
    }

    async function subjects(): Promise<string[]> {
      const board = await Dialogue.open(ports.boardPort);
      await board.line();
      await board.ask('USER guest');
      const rows = await board.list('INDX');
      board.close();
      return rows.map((row) => row.slice(105).trimEnd());
    }

    async function ready(): Promise<number> {
      return (await fetch(`http://127.0.0.1:${ports.httpPort}/readyz`)).status;
    }

    const isReady = () => expect.poll(ready, { interval: 20 }).toBe(200);

    /** Everything acknowledged is there once; what was refused, not at all. */
    async function check(refused: readonly string[]): Promise<void> {
      const seen = await subjects();
      for (const one of there)
        expect(
          seen.filter((subject) => subject === one),
          one,
        ).toHaveLength(1);
      for (const one of refused) expect(seen, one).not.toContain(one);
    }

    describe.each([
      ['for good', true],
      ['once', false],
    ] as const)('%s', (times, lasting) => {
      const words = lasting ? WORDS[fault] : ANY;

      test('answers agree, and it recovers', async () => {
        const refused: string[] = [];
        let failures = 0;
        for (let after = 0; after < MOST; after += STEP) {
          const what = `${fault} ${times}, after ${after} calls`;
          const name = `${fault}.${lasting ? 'all' : 'one'}.${after}`;
          disk.fail(fault, { after, lasting });
          const rgtp = await newItem(`${name}.rgtp`);
          const nntp = await post(`${name}.nntp`);
          const said = await ready();
          const failed = disk.mend();
          if (rgtp.startsWith('220')) there.push(`${name}.rgtp`);
          else {
            expect(rgtp, what).toMatch(/^484 The /);
            expect(rgtp, what).toMatch(words);
            if (rgtp.endsWith('; nothing was changed.')) refused.push(`${name}.rgtp`);
            else expect(rgtp, what).toMatch(/ certain(, and nothing was changed)?\.$/);
          }
          const doubtful = LOOK.test(nntp);
          const isThere = nntp.startsWith('240') || /^441 the .*; the board has the article, /.test(nntp);
          if (!nntp.startsWith('240') && !doubtful) {
            if (!isThere) expect(nntp, what).toMatch(/^441 the .*; not posted$/);
            expect(nntp, what).toMatch(words);
          }
          if (lasting && (rgtp.startsWith('484') || nntp.startsWith('441'))) expect(said, what).toBe(503);
          if (failed > 0) failures++;
          await isReady();
          const again = await post(`${name}.nntp`);
          if (isThere) expect(again, what).toMatch(/^441 435/);
          else expect(again, what).toMatch(doubtful ? /^(240|441 435)/ : /^240/);
          there.push(`${name}.nntp`);
          if (failed === 0) break;
        }
        expect(failures).toBeGreaterThan(3);
        await check(refused);
      });
    });

    test('all of it is there after a kill, too', async () => {
      disk.fail(fault, { lasting: true });
      expect(await post('killed')).toMatch(/^441 the .*; not posted$/);
      await kill();
      disk.mend();
      await start();
      await check(['killed']);
    });
  },
);

test.skipIf(!canRecord)(
  'a disk that can be neither read nor written: everything says so, and goes on once it is well',
  async () => {
    const disk = new FaultyDisk();
    const child = fork(PROCESS, [disk.folder], { env: disk.env });
    onTestFinished(async () => {
      child.kill('SIGKILL');
      await once(child, 'exit');
      disk.remove();
    });
    const [message] = await once(child, 'message');
    const { newsPort, boardPort, httpPort } = message as Ports; // what the process sends
    const page = async (path: string) => (await fetch(`http://127.0.0.1:${httpPort}${path}`)).text();
    const guest = await NntpClient.connect(newsPort);
    expect(await guest.ask('GROUP groggs.gossip')).toMatch(/^211/);
    const writer = await NntpClient.connect(newsPort);
    await writer.ask(`AUTHINFO USER ${people.proving[2]}`);
    expect(await writer.ask(`AUTHINFO PASS ${people.password}`)).toMatch(/^281/);

    disk.fail('EIO', { lasting: true, kinds: ['read', 'write', 'sync', 'open'] });
    // An idle server has everything in memory: it notices when somebody writes.
    const refusal = /^4(41|03) the server's (disk|database) /;
    const begun = await writer.ask('POST');
    if (begun.startsWith('340')) {
      const head = ['From: W <w@x.example>', 'Newsgroups: groggs.gossip', 'Subject: x', 'Message-ID: <x@x.example>'];
      expect(await writer.ask([...head, '', 'x', '.'].join('\r\n'))).toMatch(refusal);
    } else expect(begun).toMatch(refusal);
    await expect.poll(() => page('/readyz')).toMatch(/disk|database/);
    expect(await page('/metrics')).toContain('rgtp_nntp_board_disk_trouble{board="gossip"} 1');
    // What is in memory is served, and what is not is refused with a reason.
    const answer = /^(211|215|480|403 the server's (disk|database)) /;
    for (const command of ['GROUP groggs.gossip', 'POST']) expect(await guest.ask(command)).toMatch(answer);
    const board = await Dialogue.open(boardPort);
    await board.line();
    expect(await board.ask('USER guest')).toMatch(
      /^(231 |484 The server's (disk|database) .*; nothing was changed\.$)/,
    );
    board.close();

    disk.mend();
    await expect.poll(() => page('/readyz')).toBe('ready\n');
    expect(await guest.ask('GROUP groggs.gossip')).toMatch(/^211/);
    guest.close();
    writer.close();
  },
);
