import { afterAll, beforeAll, expect, test } from 'vitest';
import { commands as newsCommands } from '../../src/nntp/commands/table.ts';
import { Dialogue } from '../board/dialogue.ts';
import { NntpClient } from '../support/nntp-client.ts';
import { openWholeServer, people, type WholeServer } from '../support/whole-server.ts';

/**
 * Who may do what, in both protocols: the code that each command answers to somebody without access (here, a guest), and
 * to accounts that may read, write, and edit (RGTP 2.1, access levels 0 to 3). `→`: what came before on the connection;
 * `text`: DATA with a text; ITEM: the welcome item; GROUP: its newsgroup, in which it is article 2.
 */
const TABLE = `
  RGTP                              none  read  write edit
  AUTH 00 00                        500   500   500   500
  ALVL 1                            500   231   231   231
  DBUG on                           511   511   511   511
  HELP                              250   250   250   250
  MOTD                              250   250   250   250
  NOOP                              200   200   200   200
  QUIT                              280   280   280   280
  REGU                              482   500   500   500
  USER reader                       231   500   500   500
  ELOG                              531   250   250   250
  INDX                              531   250   250   250
  ITEM ITEM                         531   250   250   250
  STAT ITEM                         531   211   211   211
  text → CONT Subject               531   531   520   520
  DATA                              531   531   150   150
  text → NEWI Subject               531   531   220   220
  text → REPL ITEM                  531   531   220   220
  DIFF ITEM                         531   531   531   410
  EDLK                              531   531   531   200
  EDLK → EDUL                       531   531   531   200
  EDIT ITEM                         531   531   531   532
  EDLK → EDIT ITEM                  531   531   531   250
  EDIX                              531   531   531   532
  EDLK → EDIX                       531   531   531   250
  EDLK → EDIT ITEM → EDAB           531   531   531   200
  EDCF because                      531   531   531   500
  text → MOTS                       531   531   531   220
  UDBM --status                     531   531   531   250
  XYZZ                              510   510   510   510

  NNTP                              none  read  write edit
  CAPABILITIES                      101   101   101   101
  MODE READER                       200   201   200   200
  MODE FEED                         501   501   501   501
  AUTHINFO USER x                   381   502   502   502
  AUTHINFO PASS x                   482   502   502   502
  AUTHINFO SASL PLAIN               383   502   502   502
  AUTHINFO GENERIC                  501   501   501   501
  STARTTLS                          580   580   580   580
  COMPRESS DEFLATE                  206   206   206   206
  DATE                              111   111   111   111
  HELP                              100   100   100   100
  QUIT                              205   205   205   205
  LIST                              480   215   215   215
  LIST ACTIVE                       480   215   215   215
  LIST ACTIVE.TIMES                 480   215   215   215
  LIST COUNTS                       480   215   215   215
  LIST DISTRIBUTIONS                480   503   503   503
  LIST HEADERS                      480   215   215   215
  LIST MODERATORS                   480   503   503   503
  LIST MOTD                         480   215   215   215
  LIST NEWSGROUPS                   480   215   215   215
  LIST OVERVIEW.FMT                 480   215   215   215
  LIST SUBSCRIPTIONS                480   215   215   215
  GROUP GROUP                       480   211   211   211
  LISTGROUP GROUP                   480   211   211   211
  NEWGROUPS 20200101 000000         480   231   231   231
  NEWNEWS * 20200101 000000         480   230   230   230
  GROUP GROUP → ARTICLE 2           480   220   220   220
  GROUP GROUP → HEAD 2              480   221   221   221
  GROUP GROUP → BODY 2              480   222   222   222
  GROUP GROUP → STAT 2              480   223   223   223
  NEXT                              480   412   412   412
  LAST                              480   412   412   412
  GROUP GROUP → OVER 2              480   224   224   224
  GROUP GROUP → HDR subject 2       480   225   225   225
  GROUP GROUP → XOVER 2             480   224   224   224
  GROUP GROUP → XHDR subject 2      480   221   221   221
  GROUP GROUP → XPAT subject 2 *    480   221   221   221
  XGTITLE *                         480   282   282   282
  POST                              480   440   340   340
  article                           480   440   240   240
  cancel                            480   440   441   240
  IHAVE <1@client.example>          480   502   335   335
  MODE STREAM                       480   502   203   203
  CHECK <2@client.example>          480   502   238   238
  TAKETHIS                          501   501   501   501
  XYZZY                             500   500   500   500
`;

const LEVELS = ['none', 'read', 'write', 'edit'] as const;
const GROUP = 'groggs.gossip';

interface Row {
  readonly protocol: string;
  readonly line: string;
  readonly codes: readonly string[];
}

const rows: Row[] = [];
for (const line of TABLE.split('\n').filter((one) => one.trim() !== '')) {
  const words = line.trim().split(/\s+/);
  const codes = words.slice(-LEVELS.length);
  const head = words.slice(0, -LEVELS.length).join(' ');
  if (codes.join() === LEVELS.join()) rows.push({ protocol: head, line: '', codes: [] });
  else rows.push({ protocol: rows.findLast((row) => row.codes.length === 0)?.protocol ?? '', line: head, codes });
}
const cells = rows.filter(({ codes }) => codes.length > 0);

let server: WholeServer;
let item = '';
beforeAll(async () => {
  server = await openWholeServer({ settings: { EMBEDDED_GUESTS: 'none' } });
  const reader = await board(1);
  item = /\b[A-Z]\d{7}\b/.exec((await reader.list('INDX')).join('\n'))?.[0] ?? '';
  reader.close();
});
afterAll(() => server.close());

async function board(level: 0 | 1 | 2 | 3): Promise<Dialogue> {
  const dialogue = await Dialogue.open(server.boardPort);
  await dialogue.line();
  if (level > 0) await dialogue.ask(`USER ${people.bare[level]}`);
  return dialogue;
}

async function rgtp(level: 0 | 1 | 2 | 3, line: string): Promise<string> {
  const dialogue = await board(level);
  let answer = '';
  for (const step of line.split(' → ')) {
    if (step === 'text') answer = await dialogue.text('Somebody', 'Text.');
    else answer = await dialogue.ask(step.replace(/(?<=.)ITEM$/, item));
    if (answer.startsWith('250')) await dialogue.data();
  }
  dialogue.close();
  return answer;
}

async function nntp(level: 0 | 1 | 2 | 3, line: string): Promise<string> {
  const client = await NntpClient.connect(server.newsPort);
  if (level > 0) expect(await client.login(people.proving[level], people.password)).toMatch(/^281/);
  let answer = '';
  for (const step of line.split(' → ')) {
    if (step === 'TAKETHIS') answer = await client.ask(`${step}\r\n.`);
    else if (step === 'article' || step === 'cancel') answer = await client.post(await draft(step));
    else answer = await client.ask(step.replace(/ GROUP$/, ` ${GROUP}`));
  }
  client.close();
  return answer;
}

let posts = 0;

/** A new item; or what withdraws one that an editor has just made. */
async function draft(what: 'article' | 'cancel'): Promise<string[]> {
  const id = `<${++posts}.level@client.example>`;
  const head = ['From: Somebody <somebody@rgtp.test>', `Newsgroups: ${GROUP}`, 'Subject: a subject'];
  const article = [...head, `Message-ID: ${id}`, '', 'Text.'];
  if (what === 'article') return article;
  const editor = await NntpClient.connect(server.newsPort);
  await editor.login(people.proving[3], people.password);
  expect(await editor.post(article)).toMatch(/^240/);
  editor.close();
  return [...head, `Control: cancel ${id}`, '', 'Gone.'];
}

test.each(cells)('$protocol $line', async ({ protocol, line, codes }) => {
  const answers: string[] = [];
  for (const level of [0, 1, 2, 3] as const) answers.push(await (protocol === 'RGTP' ? rgtp : nntp)(level, line));
  expect(
    answers.map((answer) => answer.slice(0, 3)),
    answers.join('\n'),
  ).toEqual(codes);
});

test('every command is in the table', async () => {
  const lines = (protocol: string) =>
    cells.filter((row) => row.protocol === protocol).map(({ line }) => line.split(' → ').at(-1) ?? '');
  const missing = Object.keys(newsCommands).filter(
    (head) => !lines('NNTP').some((line) => `${line} `.startsWith(`${head} `)),
  );
  const editor = await board(3);
  const help = (await editor.list('HELP')).flatMap((line) => line.match(/\b[A-Z]{4}\b/g) ?? []);
  editor.close();
  expect(help.length).toBeGreaterThan(20);
  missing.push(...help.filter((head) => !lines('RGTP').some((line) => line.startsWith(head))));
  expect(missing).toEqual([]);
});
