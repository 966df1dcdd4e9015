import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Peer, type ScriptedServer, scriptedServer } from '../support/scripted-server.ts';
import { Daemon } from './daemon.ts';
import { sampleBoard } from './sample-board.ts';
import { until } from './until.ts';

/** commands sent while the board does its worst */
const ROUNDS = 30;

/** A malicious server's answers to a bridge's commands. `undefined`: none. */
type Answer = (command: string, peer: Peer) => string | undefined | Promise<void>;

const row = (sequence: string, rest: string) => `${sequence} 67C319BE ${rest}`;
const polite: Record<string, string> = {
  USER: '231 read',
  MOTD: '410 none',
  ELOG: '250 here it comes\r\n.',
  NOOP: '200 ok',
  QUIT: '280 bye',
};

const cases: Record<string, { greet: boolean; answer: Answer }> = {
  'never greets': { greet: false, answer: () => undefined },
  'never answers': { greet: true, answer: () => undefined },
  'hangs up at once': { greet: true, answer: async (_, peer) => peer.reset() },
  'answers in binary': { greet: true, answer: () => '\0\xff\x80\r\n\r\n\x1b[2J' },
  'sends a line without an end': {
    greet: true,
    answer: (_, peer) => peer.flood('x'.repeat(65_536)),
  },
  'sends an index without an end': {
    greet: true,
    answer: (command, peer) => {
      if (command !== 'INDX') return polite[command];
      peer.say('250 index');
      return peer.flood(`${row('00000002', 'O0591429 kk207@cam'.padEnd(84))}I ${'y'.repeat(94)}\r\n`.repeat(200));
    },
  },
  'sends an index of nonsense': {
    greet: true,
    answer: (command) =>
      command === 'INDX'
        ? `250 index\r\nnonsense\r\n${row('FFFFFFFF', 'Z9999999')}\r\n${row('00000000', '../../..')}\r\n..\r\n.`
        : polite[command],
  },
  'has items that never end': {
    greet: true,
    answer: (command, peer) => {
      if (command === 'INDX') {
        return `250 index\r\n${row('00000002', `O0591429 ${'kk207@cam'.padEnd(75)} I ${'Subject'.padEnd(94)}`)}\r\n.`;
      }
      if (command !== 'ITEM') return polite[command];
      peer.raw(`250 item\r\n${' '.repeat(35)}\r\n^00000002 67C319BE\r\nItem O0591429 from x\r\nSubject: x\r\n\r\n`);
      return peer.flood('never ending\r\n'.repeat(5000));
    },
  },
};

function hostileBoard(greet: boolean, answer: Answer): Promise<ScriptedServer> {
  return scriptedServer(async (peer) => {
    if (greet) peer.say('230 welcome');
    for (let line = await peer.line(); line !== undefined; line = await peer.line()) {
      const text = await answer(line.slice(0, 4).toUpperCase(), peer);
      if (text !== undefined) peer.say(text);
    }
  });
}

/** Resident memory of a process in octets. */
function memory(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
}

describe('a board that means no good', () => {
  it.each(Object.entries(cases))('%s: the bridge serves its newsreaders all the same', async (_, { greet, answer }) => {
    const hostile = await hostileBoard(greet, answer);
    const timeouts = { connect: '1s', banner: '1s', answer: '2s' };
    await using daemon = await Daemon.create({
      http: { listen: 'off' },
      embedded: { listen: 'off' },
      boards: [{ newsgroup: 'bad.board', rgtp: `rgtp://127.0.0.1:${hostile.port}`, domain: 'bad.example', timeouts }],
    });
    await daemon.start();
    await until(() => hostile.connections >= 1, 'the bridge to call the board');
    const news = await daemon.client();
    expect(news.greeting).toMatch(/^20[01] /);
    for (let round = 0; round < ROUNDS; round++) {
      // Nothing is said of an index that never came.
      expect(await news.ask('GROUP bad.board')).toMatch(/^(211|403) /);
      expect(await news.ask('DATE')).toMatch(/^111 /);
      expect(await news.ask('ARTICLE <x@y>')).toMatch(/^430 /);
    }
    // Two connections may each hold one data block of 16 MiB, as lines.
    expect(memory(daemon.pid)).toBeLessThan(600 * 2 ** 20);
    // It does not call again and again without a pause.
    expect(hostile.connections).toBeLessThan(30);
    expect(await news.login('ann@rgtp.test', sampleBoard.users['ann@rgtp.test'] ?? '')).not.toMatch(/^281/);
    news.quit();
    const code = await daemon.stop();
    expect(code, daemon.output.slice(-3000)).toBe(0);
    await hostile.done();
  });
});
