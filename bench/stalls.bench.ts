/**
 * What holds the event loop, and for how long in one piece: everything whose length the data or a client decides, on a
 * board of `STALLS_POSTS` posts (default 100,000), every command with its worst arguments by 500 clients included. In brackets, how
 * much of it V8 collected garbage, on the clock.
 * `STALLS_PROFILE=1` names the functions, `STALLS_ONLY=WORDS,WORDS` takes what is named so.
 */
import net from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Dialogue } from '../test/board/dialogue.ts';
import { people } from '../test/support/whole-server.ts';
import type { Bench, Result } from './main.ts';
import { type AttackedServer, type Look, startAttacked } from './support/attacked-process.ts';
import { flood } from './support/attackers.ts';
import { boardCrowds, newsCrowds } from './support/crowds.ts';

const POSTS = Number(process.env['STALLS_POSTS'] ?? 100_000);
const PROFILED = process.env['STALLS_PROFILE'] !== undefined;
const ONLY = process.env['STALLS_ONLY']?.split(',');
const HOST = '127.0.0.1';
/** clients at a time, of every command */
const CROWD = 500;
const NEWSGROUP = 'groggs.gossip';
const EDITOR = `AUTHINFO USER ${people.proving[3]}\r\nAUTHINFO PASS ${people.password}\r\n`;

type Scenario = (server: AttackedServer) => Promise<unknown>;

async function editor({ boardPort }: AttackedServer): Promise<Dialogue> {
  const client = await Dialogue.open(boardPort);
  await client.line();
  await client.ask('USER editor');
  return client;
}

/** One editor, and what they ask. */
function asEditor(...commands: readonly string[]): Scenario {
  return async (server) => {
    const client = await editor(server);
    for (const command of commands) {
      const answer = await client.ask(command.replace('ID', server.itemId));
      if (answer.startsWith('250')) await client.data();
      else if (!answer.startsWith('2')) console.log(`${command}: ${answer}`);
    }
    client.close();
  };
}

/** Changes one row of the index in the middle, or withdraws it. */
function editsIndex(change: (rows: string[]) => string[]): Scenario {
  return async (server) => {
    const client = await editor(server);
    await client.ask('EDLK');
    const rows = await client.list('EDIX');
    await client.ask('DATA');
    client.write(`${change(rows).join('\r\n')}\r\n.\r\n`);
    const sent = await client.answer();
    const done = await client.ask('EDCF in the middle');
    console.log(sent.slice(0, 80), '/', done.slice(0, 80));
    await client.ask('EDUL');
    client.close();
    // The mirror compares.
    await pause(3000);
  };
}

async function editsItem(server: AttackedServer, grow: number): Promise<void> {
  const client = await editor(server);
  await client.ask('EDLK');
  await client.ask(`EDIT ${server.itemId}`);
  const lines = await client.data();
  const more = Array.from({ length: grow }, (_, n) => `a line of some more words, number ${n}`);
  console.log((await client.text(...([...lines, ...more] as [string, ...string[]]))).slice(0, 80));
  console.log((await client.ask('EDCF longer')).slice(0, 80));
  client.close();
}

/** An item of the largest size, which is edited and withdrawn over both protocols. */
async function largestItem(server: AttackedServer): Promise<void> {
  const id = `<${Date.now()}@large.example>`;
  const head = `From: e@b.example\r\nNewsgroups: ${NEWSGROUP}\r\nSubject: large\r\n`;
  await flood(server.newsPort, `${EDITOR}POST\r\n${head}Message-ID: ${id}\r\n\r\nx\r\n.\r\n`, 1);
  const client = await editor(server);
  const item = (await client.list('INDX')).at(-1)?.slice(18, 26) ?? '';
  for (const letter of ['a', 'b']) {
    await client.ask('EDLK');
    const [status = '', ...lines] = await client.list(`EDIT ${item}`);
    const kept = lines.slice(0, lines.indexOf('') + 1);
    const size = kept.join('\n').length;
    const more = Array<string>(Math.floor((79_990 - size) / 2)).fill(letter);
    console.log((await client.text(status, ...kept, ...more)).slice(0, 80));
    console.log((await client.ask('EDCF everything')).slice(0, 80));
    await client.ask('EDUL');
    await pause(1000);
  }
  await flood(server.boardPort, `USER guest\r\nITEM ${item}\r\n`, 500);
  await flood(server.newsPort, `${EDITOR}POST\r\n${head}Supersedes: ${id}\r\n\r\nanother\r\n.\r\n`, 1);
  await pause(1000);
  await flood(server.newsPort, `${EDITOR}POST\r\n${head}Control: cancel ${id}\r\n\r\nx\r\n.\r\n`, 1);
  console.log((await client.ask(`ITEM ${item}`)).slice(0, 80));
  client.close();
}

const scenarios: readonly (readonly [name: string, scenario: Scenario])[] = [
  ['nothing', () => pause(3000)],
  ['INDX of one', asEditor('INDX')],
  ['ELOG', asEditor('ELOG')],
  ['DIFF of an item', asEditor('DIFF ID')],
  ['DIFF of the index', asEditor('DIFF')],
  ['UDBM: all users', asEditor('UDBM -l')],
  ['UDBM: counts', asEditor('UDBM -s')],
  ['UDBM: a new user', asEditor('UDBM -c somebody/write newsecret', 'UDBM -d somebody')],
  ['EDIT and EDCF of an item', (server) => editsItem(server, 1500)],
  ['largest item', largestItem],
  ['withdrawal', asEditor('EDLK', 'EDIT ID', 'EDCF gone')],
  ['index edit: a row leaves the middle', editsIndex((rows) => rows.toSpliced(rows.length / 2, 1))],
  ['index edit: a row comes into the middle', editsIndex((rows) => rows.toSpliced(rows.length / 2, 0, rows[0] ?? ''))],
  ['index edit: everything changes', editsIndex((rows) => rows.map((row) => row.replace('Subject', 'subject')))],
  [
    'resets of 900 RGTP clients with INDX queued',
    async ({ boardPort }) => resets(boardPort, 'USER guest\r\nINDX\r\n', 900),
  ],
  [
    'resets of 900 news clients with OVER queued',
    async ({ newsPort }) => resets(newsPort, `GROUP ${NEWSGROUP}\r\n${'OVER 1-\r\n'.repeat(200)}`, 900),
  ],
  [
    'resets of 20 news clients with 2,000 OVER queued',
    async ({ newsPort }) => resets(newsPort, `GROUP ${NEWSGROUP}\r\n${'OVER 1-\r\n'.repeat(2000)}`, 20),
  ],
  ['/metrics', async ({ httpPort }) => repeat(20, () => get(httpPort, '/metrics'))],
  ['status page', async ({ httpPort }) => repeat(20, () => get(httpPort, '/'))],
  [
    'status page, 20 times by 200',
    ({ httpPort }) => flood(httpPort, 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(20), 200),
  ],
  ['LISTGROUP', news(`LISTGROUP ${NEWSGROUP}`)],
  ['LIST of everything', news('LIST', 'LIST ACTIVE.TIMES', 'LIST COUNTS', 'LIST NEWSGROUPS')],
  ['OVER of everything', news(`GROUP ${NEWSGROUP}`, 'OVER 1-')],
  ['HDR of everything', news(`GROUP ${NEWSGROUP}`, 'HDR Message-ID 1-')],
  ['XPAT of everything', news(`GROUP ${NEWSGROUP}`, 'XPAT Subject 1- *nothing*')],
  ['NEWNEWS', news('NEWNEWS * 19990101 000000')],
  ['LAST and NEXT over gaps', news(`GROUP ${NEWSGROUP}.edits`, 'LAST', 'NEXT', `GROUP ${NEWSGROUP}.motd`, 'NEXT')],
  ['copy of the board in this process', (server) => server.run('copy')],
];

function news(...commands: readonly string[]): Scenario {
  return ({ newsPort }) =>
    new Promise((resolve) => {
      const socket = net.connect({ port: newsPort, host: HOST });
      socket.resume();
      socket.once('close', resolve);
      socket.write([...commands, 'QUIT', ''].join('\r\n'));
    });
}

async function resets(port: number, text: string, connections: number): Promise<void> {
  const sockets = Array.from({ length: connections }, () => {
    const socket = net.connect({ port, host: HOST });
    socket.on('error', () => {});
    socket.pause();
    socket.write(text);
    return socket;
  });
  await pause(2500);
  for (const socket of sockets) socket.resetAndDestroy();
  await pause(500);
}

async function repeat(times: number, task: () => Promise<unknown>): Promise<void> {
  for (let n = 0; n < times; n++) await task();
}

async function get(port: number, path: string): Promise<void> {
  await (await fetch(`http://${HOST}:${port}${path}`)).arrayBuffer();
}

const bench: Bench = async () => {
  const server = await startAttacked({
    posts: POSTS,
    edits: POSTS / 50,
    diffs: 4096,
    users: POSTS / 10,
    settings: { EMBEDDED_CONNECTIONS_PER_ADDRESS: '2000', LIMITS_CONNECTIONS_PER_ADDRESS: '2000' },
    profiled: PROFILED,
  });
  const results: Result[] = [];
  const note = (name: string, { longest, collecting, p99, culprits, peak }: Look) => {
    const garbage = `(${collecting.toFixed(1)})`.padStart(7);
    console.log(
      `${longest.toFixed(1).padStart(9)} ms ${garbage}  p99 ${p99.toFixed(1)}  ${peak.toFixed(0)} MB  ${name}`,
    );
    if (longest > 15) for (const culprit of culprits) console.log(`              ${culprit}`);
    const note = `of it collecting ${collecting.toFixed(1)}, p99 ${p99.toFixed(1)}`;
    results.push({ name, value: longest, unit: 'ms', note });
  };
  try {
    note('start', server.start);
    await pause(POSTS / 20);
    note('fetching in the background', await server.look(true));
    const crowds: typeof scenarios = [
      ...newsCrowds.map(([name, text]) => [name, () => flood(server.newsPort, text, CROWD)] as const),
      ...boardCrowds(server.itemId).map(([name, text]) => [name, () => flood(server.boardPort, text, CROWD)] as const),
    ];
    for (const [name, scenario] of [...scenarios, ...crowds]) {
      if (ONLY?.every((words) => !name.includes(words))) continue;
      await server.look(true);
      await scenario(server);
      note(name, await server.look());
    }
  } finally {
    await server.close();
  }
  return results;
};
export default bench;
