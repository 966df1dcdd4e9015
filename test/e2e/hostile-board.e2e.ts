import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { Daemon } from './daemon.ts';
import { sampleBoard } from './sample-board.ts';
import { until } from './until.ts';

/** Answers to a bridge's commands by a server that means no good. `undefined`: none. */
type Answer = (command: string, socket: Socket) => string | undefined;

const row = (sequence: string, rest: string) => `${sequence} 67C319BE ${rest}`;
const polite: Record<string, string> = {
  USER: '231 read',
  MOTD: '410 none',
  ELOG: '250 here it comes\r\n.',
  NOOP: '200 ok',
  QUIT: '280 bye',
};

/** Writes until the other side has had enough. */
function flood(socket: Socket, chunk: string): void {
  const more = () => {
    while (!socket.destroyed && socket.write(chunk, 'latin1'));
  };
  socket.on('drain', more);
  more();
}

const cases: Record<string, { greet: boolean; answer: Answer }> = {
  'never greets': { greet: false, answer: () => undefined },
  'never answers': { greet: true, answer: () => undefined },
  'hangs up at once': { greet: true, answer: (_, socket) => void socket.destroy() },
  'answers in binary': { greet: true, answer: () => '\0\xff\x80\r\n\r\n\x1b[2J' },
  'sends a line without an end': {
    greet: true,
    answer: (_, socket) => void flood(socket, 'x'.repeat(65_536)),
  },
  'sends an index without an end': {
    greet: true,
    answer: (command, socket) => {
      if (command !== 'INDX') return polite[command];
      socket.write('250 index\r\n');
      return void flood(
        socket,
        `${row('00000002', 'O0591429 kk207@cam'.padEnd(84))}I ${'y'.repeat(94)}\r\n`.repeat(200),
      );
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
    answer: (command, socket) => {
      if (command === 'INDX') {
        return `250 index\r\n${row('00000002', `O0591429 ${'kk207@cam'.padEnd(75)} I ${'Subject'.padEnd(94)}`)}\r\n.`;
      }
      if (command !== 'ITEM') return polite[command];
      socket.write(`250 item\r\n${' '.repeat(35)}\r\n^00000002 67C319BE\r\nItem O0591429 from x\r\nSubject: x\r\n\r\n`);
      return void flood(socket, 'never ending\r\n'.repeat(5000));
    },
  },
};

async function hostileBoard(greet: boolean, answer: Answer) {
  let connections = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    connections++;
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    if (greet) socket.write('230 welcome\r\n');
    let rest = '';
    socket.on('data', (chunk) => {
      const lines = (rest + chunk.toString('latin1')).split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const text = answer(line.slice(0, 4).toUpperCase(), socket);
        if (text !== undefined && !socket.destroyed) socket.write(`${text}\r\n`, 'latin1');
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' ? (address?.port ?? 0) : 0,
    get connections() {
      return connections;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Resident memory of a process in octets. */
function memory(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
}

describe('a board that means no good', () => {
  it.each(Object.entries(cases))('%s: the bridge serves its newsreaders all the same', async (_, { greet, answer }) => {
    await using hostile = await hostileBoard(greet, answer);
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
    const end = Date.now() + 3000;
    let slowest = 0;
    do {
      const asked = performance.now();
      expect(await news.command('GROUP bad.board')).toMatch(/^211 /);
      slowest = Math.max(slowest, performance.now() - asked);
      expect(await news.command('DATE')).toMatch(/^111 /);
      expect(await news.command('ARTICLE <x@y>')).toMatch(/^430 /);
      await new Promise((resolve) => setTimeout(resolve, 100));
    } while (Date.now() < end);
    // The flood comes from this very process and shares its two cores.
    expect(slowest).toBeLessThan(2000);
    // Two connections may each hold one data block of 16 MiB, as lines.
    expect(memory(daemon.pid)).toBeLessThan(600 * 2 ** 20);
    // It does not call again and again without a pause.
    expect(hostile.connections).toBeLessThan(30);
    expect(await news.login('ann@rgtp.test', sampleBoard.users['ann@rgtp.test'] ?? '')).not.toMatch(/^281/);
    news.close();
    const code = await daemon.stop();
    expect(code, daemon.output.slice(-3000)).toBe(0);
  });
});
