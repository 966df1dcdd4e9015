/**
 * What attacks cost others: for how long the server's event loop is held in one piece, in ms of CPU, and what they leave
 * behind in memory. `--json` keeps the numbers; the table printed last is the one in docs/security.md.
 */
import net from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { people } from '../test/support/whole-server.ts';
import type { Bench, Result } from './main.ts';
import { type AttackedServer, startAttacked } from './support/attacked-process.ts';

const POSTS = 100_000;
const NEWSGROUP = 'groggs.gossip';
const MIB = 2 ** 20;
const MOST_MS = 12_000;

type Attack = (server: AttackedServer) => Promise<void>;

/** Sends everything, reads and drops whatever comes, until the server hangs up or the patience ends. */
async function flood(port: number, text: string | Buffer, connections: number, quit = true): Promise<void> {
  const sockets = Array.from({ length: connections }, () => {
    const socket = net.connect({ port, host: '127.0.0.1' });
    socket.on('error', () => {});
    socket.resume();
    socket.write(text);
    if (quit) socket.write('QUIT\r\n');
    return socket;
  });
  const closed = sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve)));
  await Promise.race([Promise.all(closed), pause(MOST_MS)]);
  for (const socket of sockets) socket.destroy();
}

async function unread(port: number, text: string, connections: number): Promise<void> {
  const sockets = Array.from({ length: connections }, () => {
    const socket = net.connect({ port, host: '127.0.0.1' });
    socket.on('error', () => {});
    socket.pause();
    socket.write(text);
    return socket;
  });
  await pause(2000);
  for (const socket of sockets) socket.resetAndDestroy();
}

const login = `AUTHINFO USER ${people.proving[2]}\r\nAUTHINFO PASS ${people.password}\r\n`;
const head = (subject: string) => `From: a@b.example\r\nNewsgroups: ${NEWSGROUP}\r\nSubject: ${subject}\r\n\r\n`;

const attacks: readonly [name: string, attack: Attack][] = [
  ['nothing', () => pause(3000)],
  [
    '90 connections that guess passwords at the same time',
    ({ newsPort }) => flood(newsPort, `AUTHINFO USER ${people.proving[1]}\r\nAUTHINFO PASS 00FF\r\n`, 90),
  ],
  [
    '480 connections with wildmats as long as a line',
    ({ newsPort }) => flood(newsPort, `LIST ACTIVE ${'*a?,'.repeat(120)}x\r\n`.repeat(20), 480),
  ],
  [
    '200 XPAT over 100,000 headers',
    ({ newsPort }) =>
      flood(newsPort, `GROUP ${NEWSGROUP}\r\n${`XPAT subject 1- ${'*a,*b'.repeat(90)}\r\n`.repeat(10)}`, 20),
  ],
  ['a line of 30 MB', ({ newsPort }) => flood(newsPort, Buffer.alloc(30 * MIB, 'A'), 1)],
  [
    '60 articles of dot lines, 34 MB',
    ({ newsPort }) => flood(newsPort, `POST\r\n${head('dots')}${'..\r\n'.repeat(150_000)}.\r\n`, 60),
  ],
  [
    '20 posts of 60 KB of combining marks',
    ({ newsPort }) => flood(newsPort, `${login}POST\r\n${head('marks')}a${'\u0301'.repeat(30_000)}\r\n.\r\n`, 20),
  ],
  [
    '20 resets with 2,000 OVER queued',
    ({ newsPort }) => unread(newsPort, `GROUP ${NEWSGROUP}\r\n${'OVER 1-\r\n'.repeat(2000)}`, 20),
  ],
  [
    '20,000 OVER, never read',
    ({ newsPort }) => unread(newsPort, `GROUP ${NEWSGROUP}\r\n${'OVER 1-\r\n'.repeat(20_000)}`, 4),
  ],
  ['900 guests who ask for the index over RGTP', ({ boardPort }) => flood(boardPort, 'USER guest\r\nINDX\r\n', 900)],
  ['900 guests who do not read their INDX', ({ boardPort }) => unread(boardPort, 'USER guest\r\nINDX\r\n', 900)],
  [
    'DBUG and 200,000 commands of a guest',
    ({ boardPort }) => flood(boardPort, `DBUG\r\n${'NOOP\r\n'.repeat(200_000)}`, 4),
  ],
  ['500 slow HTTP clients', ({ httpPort }) => unread(httpPort, 'GET / HTTP/1.1\r\nHost: localhost\r\nX: ', 500)],
];

const bench: Bench = async () => {
  const server = await startAttacked({ posts: POSTS });
  const rows: string[] = [];
  const results: Result[] = [];
  try {
    const { start } = server;
    rows.push(
      `| start, with the first synchronisation of ${POSTS.toLocaleString('en-GB')} posts | | ${ms(start.longest)} | | ${mb(start.peak)} | |`,
    );
    // Mirrors go on in the background for a while.
    await pause(5000);
    for (const [name, attack] of attacks) {
      await pause(1000);
      const before = await server.look(true);
      await attack(server);
      const during = await server.look();
      await pause(2000);
      const after = await server.look(true);
      results.push({
        name,
        value: during.longest,
        unit: 'ms',
        note: `p99 ${ms(before.p99)} before, ${ms(during.p99)} during`,
      });
      rows.push(
        `| ${name} | ${ms(before.p99)} → ${ms(during.p99)} | ${ms(during.longest)} | ${mb(before.rss)} | ${mb(during.peak)} | ${mb(after.rss)} |`,
      );
    }
  } finally {
    await server.close();
  }
  console.log(
    [
      '| attack | event loop held, p99 before → during, ms | longest, ms | MB before | at most | after |',
      '|---|---|---|---|---|---|',
      ...rows,
    ].join('\n'),
  );
  return results;
};
export default bench;

const ms = (value: number) => value.toFixed(1);
const mb = (value: number) => value.toFixed(0);
