/**
 * Other servers show the same newsgroups: what one of them has shown is denied by none, and a newsreader that comes from it
 * notices nothing. All commands, by a server that catches up at once, and by one that is cut off from the others.
 */
import { expect, test } from 'vitest';
import { Refusal } from '../../src/nntp/backend.ts';
import { commands } from '../../src/nntp/commands/table.ts';
import { MemoryBackend } from '../support/memory-backend.ts';
import type { NntpClient } from '../support/nntp-client.ts';
import { serve } from '../support/nntp-server.ts';

const text = (id: string) => `Subject: ${id}\r\nMessage-ID: ${id}\r\n\r\ntext\r\n`;

/** Two articles, and a third that only the other server has shown. The second is the current one. */
async function open(cutOff: boolean) {
  const backend = new MemoryBackend();
  const group = backend.add('misc.test');
  backend.add('misc.other');
  for (const id of ['<1@x>', '<2@x>']) group.put(id, text(id));
  backend.motdLines = ['old'];
  const { connect } = await serve(backend);
  const client = await connect();
  expect(await client.ask('GROUP misc.test')).toMatch(/^211 /);
  expect(await client.ask('STAT 2')).toMatch(/^223 /);
  const asked: (readonly string[] | undefined)[] = [];
  backend.company = async (newsgroups) => {
    asked.push(newsgroups);
    if (cutOff) throw new Refusal('unavailable', 'cut off');
    if (newsgroups?.includes('misc.test') === false || group.high === 3) return;
    group.put('<3@x>', text('<3@x>'));
    backend.motdLines = ['new'];
  };
  return { client, asked };
}

/** The lines of an answer, of whatever kind. */
async function answer(client: NntpClient, command: string): Promise<string> {
  client.send(command, 'DATE');
  const lines: string[] = [];
  for (let line = await client.line(); !line.startsWith('111 '); line = await client.line()) lines.push(line);
  return lines.join('|');
}

const over = (...numbers: number[]) =>
  new RegExp(`^224 [^|]*${numbers.map((n) => `\\|${n}\t<${n}@x>\t[^|]*`).join('')}\\|\\.$`);
const headers = (code: number, ...numbers: number[]) =>
  new RegExp(`^${code} [^|]*${numbers.map((n) => `\\|${n} <${n}@x>`).join('')}\\|\\.$`);

const one = (verb: string, code: number): Rows => [
  [`${verb} 3`, new RegExp(`^${code} 3 <3@x>`), /^403 cut off/],
  [`${verb} <3@x>`, new RegExp(`^${code} 3 <3@x>`), /^403 cut off/],
  [`${verb} 2`, new RegExp(`^${code} 2 <2@x>`), new RegExp(`^${code} 2 <2@x>`)],
  [`${verb} <1@x>`, new RegExp(`^${code} 1 <1@x>`), new RegExp(`^${code} 1 <1@x>`)],
  [verb, new RegExp(`^${code} 2 <2@x>`), new RegExp(`^${code} 2 <2@x>`)],
  [`${verb} 4`, /^423 /, /^403 cut off/],
  [`${verb} <4@x>`, /^430 /, /^403 cut off/],
];
const ranged = (verb: string, lines: (...numbers: number[]) => RegExp, empty: RegExp, tail = ''): Rows => [
  [`${verb} 3${tail}`, lines(3), /^403 cut off/],
  [`${verb} 1-3${tail}`, lines(1, 2, 3), /^403 cut off/],
  [`${verb} 3-${tail}`, lines(3), /^403 cut off/],
  [`${verb} 4-9${tail}`, empty, /^403 cut off/],
  [`${verb} 1-2${tail}`, lines(1, 2), lines(1, 2)],
  // As far as there is anything: what GROUP told here.
  [`${verb} 1-${tail}`, lines(1, 2, 3), lines(1, 2)],
  [`${verb} 2-1${tail}`, empty, empty],
];

type Rows = readonly (readonly [command: string, caughtUp: RegExp, cutOff: RegExp])[];

const rows: Readonly<Record<string, Rows>> = {
  ARTICLE: one('ARTICLE', 220),
  HEAD: one('HEAD', 221),
  BODY: one('BODY', 222),
  STAT: one('STAT', 223),
  NEXT: [['NEXT', /^223 3 <3@x>/, /^403 cut off/]],
  GROUP: [
    ['GROUP misc.test', /^211 3 1 3 /, /^211 2 1 2 /],
    ['GROUP no.such', /^411 /, /^411 /],
  ],
  LISTGROUP: [
    ['LISTGROUP', /^211 3 1 3 [^|]*\|1\|2\|3\|\.$/, /^211 2 1 2 [^|]*\|1\|2\|\.$/],
    ['LISTGROUP misc.test', /^211 3 1 3 [^|]*\|1\|2\|3\|\.$/, /^211 2 1 2 [^|]*\|1\|2\|\.$/],
    ['LISTGROUP misc.test 1-', /\|1\|2\|3\|\.$/, /^211 2 1 2 [^|]*\|1\|2\|\.$/],
    ['LISTGROUP misc.test 1-2', /\|1\|2\|\.$/, /^211 2 1 2 [^|]*\|1\|2\|\.$/],
    ['LISTGROUP misc.test 1-3', /\|1\|2\|3\|\.$/, /^403 cut off/],
    ['LISTGROUP misc.test 3-', /[^|]*\|3\|\.$/, /^403 cut off/],
  ],
  OVER: [...ranged('OVER', over, /^423 /), ['OVER <3@x>', over(3), /^403 cut off/], ['OVER', over(2), over(2)]],
  XOVER: [...ranged('XOVER', over, /^420 /), ['XOVER', over(2), over(2)]],
  HDR: [
    ...ranged('HDR Subject', (...n) => headers(225, ...n), /^423 /),
    ['HDR Subject <3@x>', headers(225, 3), /^403 cut off/],
    ['HDR Subject', headers(225, 2), headers(225, 2)],
  ],
  XHDR: [
    ...ranged('XHDR Subject', (...n) => headers(221, ...n), /^420 /),
    ['XHDR Subject <3@x>', /\|<3@x> <3@x>\|/, /^403 cut off/],
  ],
  XPAT: [
    ...ranged('XPAT Subject', (...n) => headers(221, ...n), /^221 [^|]*\|\.$/, ' *'),
    ['XPAT Subject <3@x> *', /\|<3@x> <3@x>\|/, /^403 cut off/],
  ],
  LIST: [['LIST', /\|misc\.test 3 1 y\|/, /\|misc\.test 2 1 y\|/]],
  'LIST ACTIVE': [['LIST ACTIVE misc.test', /\|misc\.test 3 1 y\|/, /\|misc\.test 2 1 y\|/]],
  'LIST COUNTS': [['LIST COUNTS', /\|misc\.test 3 1 3 y\|/, /\|misc\.test 2 1 2 y\|/]],
  'LIST MOTD': [['LIST MOTD', /\|new\|/, /\|old\|/]],
  NEWGROUPS: [['NEWGROUPS 19990101 000000', /\|misc\.test 3 1 y\|/, /\|misc\.test 2 1 y\|/]],
  NEWNEWS: [
    ['NEWNEWS * 19990101 000000', /<3@x>/, /^403 cut off/],
    ['NEWNEWS no.such 19990101 000000', /^230 [^|]*\|\.$/, /^230 [^|]*\|\.$/],
  ],
};

/** Commands that say nothing about articles, or nothing that others could know better. */
const silent = [
  ...[
    'AUTHINFO',
    'AUTHINFO PASS',
    'AUTHINFO SASL',
    'AUTHINFO USER',
    'CAPABILITIES',
    'CHECK',
    'COMPRESS',
    'DATE',
    'HELP',
  ],
  ...['IHAVE', 'LIST ACTIVE.TIMES', 'LIST DISTRIBUTIONS', 'LIST HEADERS', 'LIST MODERATORS', 'LIST NEWSGROUPS'],
  ...['LIST OVERVIEW.FMT', 'LIST SUBSCRIPTIONS', 'MODE', 'MODE READER', 'MODE STREAM', 'POST', 'QUIT', 'STARTTLS'],
  // What is before an article stays before it.
  ...['LAST', 'TAKETHIS', 'XGTITLE'],
];

test('each command is here: it claims something about articles, or nothing', () => {
  expect([...Object.keys(rows), ...silent].sort()).toEqual(Object.keys(commands).sort());
  for (const head of silent) expect(commands[head]?.claims, head).toBeUndefined();
});

test.each(Object.values(rows).flat())('%s', async (command, caughtUp, cutOff) => {
  const there = await open(false);
  expect(await answer(there.client, command)).toMatch(caughtUp);
  const away = await open(true);
  expect(await answer(away.client, command)).toMatch(cutOff);
});

test('what is known needs nobody else, and others are asked about the newsgroups in question', async () => {
  const { client, asked } = await open(false);
  for (const command of ['ARTICLE 1', 'ARTICLE <2@x>', 'OVER 1-2', 'LAST', 'NEXT', 'XOVER 2', 'HELP']) {
    await answer(client, command);
  }
  expect(asked).toEqual([]);
  await answer(client, 'GROUP misc.other');
  await answer(client, 'NEWNEWS *.other 19990101 000000');
  await answer(client, 'LIST');
  expect(asked).toEqual([['misc.other'], ['misc.other'], undefined]);
});

test('nobody else is asked for who may not read', async () => {
  const backend = new MemoryBackend();
  backend.guest = { read: false, post: false, loginHelps: true };
  let asked = 0;
  backend.company = async () => {
    asked++;
  };
  const { connect } = await serve(backend);
  const client = await connect();
  for (const command of ['LIST', 'GROUP misc.test', 'ARTICLE <3@x>', 'NEWNEWS * 19990101 000000']) {
    expect(await answer(client, command)).toMatch(/^48[03] |^502 /);
  }
  expect(asked).toBe(0);
});
