import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BoardServer } from '../../src/board/server.ts';
import { parseUserDatabase } from '../../src/board/spool/user-database.ts';
import { formatHex32 } from '../../src/rgtp/hex.ts';
import { latin1, octets } from '../../src/wire/octets.ts';
import { unpackSampleSpool } from '../support/sample-board.ts';
import { readSteps, type Step } from './recording.ts';
import { type Difference, Replayer } from './replayer.ts';

/** Recordings of groggsd, in the order they were made; each group lives on one board. `16-disconnect` is for sessions.test.ts. */
const GROUPS = [
  [
    '01-banner-guest',
    '02-auth-ok',
    '03-auth-failures',
    '04-alvl',
    '05-motd-mots',
    '06-posting',
    '07-indx',
    '08-limits',
    '09-full-cont',
    '10-edit',
    '11-edit-traps',
    '12-regu',
    '13-udbm',
    '14-misc-errors',
    '15-dbug',
    '24-kill',
    '28-uneditable-items',
  ],
  ['17-pipelining'],
] as const;

type Recording = (typeof GROUPS)[number][number];

interface Deliberate {
  readonly file: Recording | 'any';
  /** how the command begins, or the first line sent */
  readonly command: string | RegExp;
  /** how our first line that differs begins */
  readonly ours: string | RegExp;
  readonly why: string;
}

const NOT_HEX = 'strtol takes signs and 0x for hex, the specification does not';
const REPLIED = 'groggsd could not reply to this item, so its index has one row less';
const OTHER_INDEX = 'the index edit is recorded with its last two rows only, so ours lost the others';
const NOT_WITHDRAWN = 'the failed DATA above has not withdrawn the item, so the edit is still open';
const NO_NUL = 'a NUL is one character of the line that holds it; groggsd loses its place';
const NO_KILL = 'no process to restart: the parent of a session is the whole server';

/**
 * Every way in which our board answers otherwise than groggsd did, and why. A difference that is not here fails the
 * test; an entry that nothing needs fails it, too.
 */
const DELIBERATE: readonly Deliberate[] = [
  { file: 'any', command: /./, ours: '531 Permission denied', why: 'the specification says 531; groggsd sends 530' },
  {
    file: 'any',
    command: 'MOTD',
    ours: /^0000000\d TTTTTTTT$/,
    why: 'the specification has the sequence number first',
  },
  { file: 'any', command: /^DIFF /, ours: '(connection stays open)', why: 'groggsd dies after the 410' },
  {
    file: '03-auth-failures',
    command: 'USER disabled@rgtp.test',
    ours: '130 MD5',
    why: 'that a userid is disabled is for who proves its secret',
  },
  {
    file: '06-posting',
    command: 'STAT P3242150',
    ours: '211 ',
    why: 'groggsd finds no subject on the fifth line, and dies',
  },
  { file: '06-posting', command: 'REPL P3242150', ours: '220 00000012', why: 'the same' },
  { file: '07-indx', command: /^INDX( #| # 3| #\d+)?$/, ours: '00000012 ', why: REPLIED },
  { file: '07-indx', command: 'INDX 6B02111C', ours: '.', why: 'our clock stands still: no row is younger' },
  { file: '07-indx', command: /^INDX (-1|#?0x7)/, ours: '511 Date must be', why: NOT_HEX },
  { file: '08-limits', command: 'INDX', ours: '00000012 ', why: REPLIED },
  { file: '10-edit', command: 'EDIX', ours: '00000012 ', why: REPLIED },
  { file: '10-edit', command: 'DIFF', ours: '@@ -38,8 +38,6 @@', why: REPLIED },
  { file: '10-edit', command: 'EDIX', ours: '0000002A ', why: OTHER_INDEX },
  {
    file: '10-edit',
    command: 'EDCF nothing',
    ours: '500 The DATA was refused',
    why: 'the words are the same after any refused DATA',
  },
  {
    file: '11-edit-traps',
    command: 'EDCF oops',
    ours: '500 The DATA was refused',
    why: 'a refused DATA withdraws nothing',
  },
  { file: '11-edit-traps', command: 'ITEM P3242203', ours: '250', why: NOT_WITHDRAWN },
  { file: '11-edit-traps', command: 'EDUL', ours: '500 EDIT/EDIX still', why: NOT_WITHDRAWN },
  { file: '11-edit-traps', command: 'INDX #0000001D', ours: '0000002A ', why: OTHER_INDEX },
  {
    file: '11-edit-traps',
    command: /^s$/,
    ours: '423 Line starts with a caret',
    why: 'carets in an edit must be doubled',
  },
  {
    file: '11-edit-traps',
    command: 'MOTS',
    ours: '500 EDIT/EDIX still',
    why: 'DATA sent for an edit has its carets doubled',
  },
  { file: '12-regu', command: 'REGU', ours: ' You are about to apply', why: 'our words' },
  { file: '12-regu', command: 'USER fresh', ours: '511 Need a hostname:', why: 'our words' },
  { file: '12-regu', command: 'USER fresh@', ours: '482 Access denied: ', why: 'our words' },
  { file: '12-regu', command: 'USER new1@cam', ours: '482 Access denied: ', why: 'no domain is added to a userid' },
  { file: '12-regu', command: 'USER new1@cam', ours: '482 You are unknown', why: 'so it does not exist' },
  { file: '12-regu', command: 'USER new2@', ours: '280 Await the email', why: 'every domain is as good as the next' },
  {
    file: '13-udbm',
    command: /^UDBM/,
    ours: /^ {2}udbm /,
    why: 'our usage: no files, no shown secrets; newsecret and approve',
  },
  { file: '13-udbm', command: 'UDBM -l', ours: '   0:  ', why: 'the table is sorted, not hashed' },
  { file: '13-udbm', command: 'UDBM -s', ours: '19 records', why: 'and has no slots' },
  { file: '13-udbm', command: 'UDBM --secret', ours: 'secrets are not shown', why: 'an editor may give a new one' },
  { file: '13-udbm', command: /^UDBM -[ld] /, ours: '.', why: 'no process, no exit status' },
  {
    file: '13-udbm',
    command: 'UDBM -vl',
    ours: /^[0-9a-f]{8} {2}read {3}enabled {2}none {4}guest$/,
    why: 'the time of the last login',
  },
  { file: '13-udbm', command: 'UDBM a a', ours: '250 Response follows.', why: 'every answer of UDBM begins alike' },
  { file: '14-misc-errors', command: 'HELP', ours: '    AUTH ', why: 'no blanks at line ends; no KILL and KILR' },
  { file: '14-misc-errors', command: 'DBUG', ours: '200 Debug mode enabled.', why: 'errors do not switch it on' },
  { file: '14-misc-errors', command: /^g$/, ours: '423 Text contains a NUL', why: NO_NUL },
  { file: '14-misc-errors', command: /^KIL[LR]$/, ours: '510 Unknown', why: NO_KILL },
  { file: '24-kill', command: /^KIL[LR]/, ours: '510 Unknown', why: NO_KILL },
  { file: '28-uneditable-items', command: /^ {27}000000E9$/, ours: '350', why: 'what EDIT sent may be sent back' },
];

/** Where groggsd answers less than it is asked, so that nothing after it could be compared. */
function unplayable(step: Step): boolean {
  const sent = step.sent.join('');
  return (
    (step.part.startsWith('before login') && (sent.includes('\0') || sent === 'NOOP\r\nNOOP\r\n')) ||
    step.part.startsWith('DATA: NUL inside the last line')
  );
}

/** For groggsd a dot and blanks end a text, for spurge they are text: for us nothing does that may mean both. */
function withDotAlone(step: Step): Step {
  return { ...step, sent: step.sent.map((line) => line.replace(/^\.[ \t]+(?=\r?\n$)/, '.')) };
}

let spool = '';
let board: BoardServer;
let replayer: Replayer;
const letters: string[] = [];
const needed = new Set<Deliberate>();
const filled = new Map<string, string>();

/** A board with the users of the recordings. */
async function open(): Promise<void> {
  const accounts = parseUserDatabase(readFileSync(join(spool, 'userdatabase')), (reason) => expect(reason).toBe(''));
  const now = Date.UTC(2026, 10, 21, 21, 46);
  board = await BoardServer.open({
    path: ':memory:',
    listen: { host: '127.0.0.1', port: 0 },
    proofDelay: 0,
    empty: true,
    now: () => now,
    registration: { mode: 'open', mailer: { send: async ({ to }) => void letters.push(to) } },
  });
  await board.store.commit(() => {
    for (const account of accounts) board.store.users.put(account);
  });
  replayer = new Replayer(board);
}

beforeAll(() => {
  spool = unpackSampleSpool();
});
afterAll(() => rmSync(join(spool, '../..'), { recursive: true }));

describe.each(GROUPS.map((group) => ({ group })))('$group', ({ group }) => {
  beforeAll(open);
  afterAll(async () => {
    replayer.close();
    await board.close();
  });

  test.each(group)('%s', async (file) => {
    const steps = readSteps(file)
      .filter((step) => !unplayable(step))
      .map(withDotAlone);
    expect(steps.length).toBeGreaterThan(1);
    const unexpected: string[] = [];
    for (const step of steps) {
      await makeUpFor(file, step.sent[0] ?? '');
      const difference = await replayer.play(step);
      if (difference === undefined) continue;
      const { at, recorded, ours } = firstDifference(difference);
      const entry = DELIBERATE.find((one) => covers(one, file, difference.command, ours));
      if (entry !== undefined) needed.add(entry);
      else unexpected.push(`${difference.command}, line ${at}\n  groggsd: ${recorded}\n  ours:    ${ours}`);
    }
    expect(unexpected.join('\n')).toBe('');
  });
});

test('every deliberate difference is needed', () => {
  expect(DELIBERATE.filter((one) => !needed.has(one))).toEqual([]);
  expect(letters).toEqual(['new2@elsewhere.example']);
});

function covers({ file, command, ours }: Deliberate, playing: string, asked: string, answered: string): boolean {
  return (file === playing || file === 'any') && matches(command, asked) && matches(ours, answered);
}

function matches(pattern: string | RegExp, text: string): boolean {
  return typeof pattern === 'string' ? text.startsWith(pattern) : pattern.test(text);
}

function firstDifference({ recorded, ours }: Difference): { at: number; recorded: string; ours: string } {
  let at = 0;
  while (at < recorded.length && recorded[at] === ours[at]) at++;
  return { at, recorded: recorded[at] ?? '(nothing)', ours: ours[at] ?? '(nothing)' };
}

/** Posts whose texts were left out of the recordings. */
async function makeUpFor(file: string, command: string): Promise<void> {
  if (file === '09-full-cont' && command.startsWith('CONT premature')) {
    await fill('ann@rgtp.test', 'P3242156', 'A long item', 0x1d, ['1', '2']);
  }
  if (file === '09-full-cont' && command.startsWith('REPL P3242158') && !filled.has('P3242158')) {
    await fill('spqr1@cam', 'P3242158', 'Another long item', 0x22, ['2']);
  }
  if (file === '11-edit-traps' && command.startsWith('REPL P3242205')) {
    await fill('spqr1@cam', 'P3242205', 'Full', 0x36, ['']);
  }
  if (file === '11-edit-traps' && command.startsWith('CONT Too late')) await withdraw('P3242205');
  if (file === '17-pipelining' && command.startsWith('USER guest')) await victim();
  if (file === '28-uneditable-items' && command.startsWith('EDIT P3250141')) await continued('P3250141', 'P3250142');
}

/** A full item under the id the recording gives it, and clients that are about to reply. */
async function fill(userid: string, id: string, subject: string, sequence: number, clients: string[]): Promise<void> {
  const text = (octets: number) => 'yyyyyyyyy\n'.repeat(octets / 10);
  const { posting } = board.store;
  const made = await posting.newItem(
    { userid: latin1(userid), grogname: octets`F`, text: latin1(text(6900)) },
    latin1(subject),
  );
  replayer.learn(id, made.itemId);
  filled.set(id, made.itemId);
  replayer.learn(formatHex32(sequence), formatHex32(made.sequence));
  for (const i of [1, 2]) {
    const reply = await posting.reply(made.itemId, {
      userid: latin1(userid),
      grogname: octets`F`,
      text: latin1(text(2990)),
    });
    if (reply.kind === 'posted') replayer.learn(formatHex32(sequence + i), formatHex32(reply.sequence));
  }
  const line = 'q'.repeat(79);
  for (const name of clients) await (await replayer.connection(name)).text('F', ...Array<string>(12).fill(line));
}

async function withdraw(id: string): Promise<void> {
  const itemId = filled.get(id) ?? '';
  const text = board.store.items.read(itemId)?.text;
  if (text === undefined) return;
  await board.store.editing.withdrawItem(
    { kind: 'item', itemId, text },
    { userid: octets`ed@rgtp.test`, reason: octets`gone` },
  );
}

/** An item whose mark names the longest userid there is. */
async function continued(id: string, next: string): Promise<void> {
  const userid = octets`a.very.long.user.name.indeed@with.a.really.quite.absurdly.long.domain.test`;
  await fill(userid, id, 'Full', 0xea, []);
  const post = { userid, grogname: octets``, text: octets`x\n` };
  const outcome = await board.store.posting.continue(filled.get(id) ?? '', post, octets`Continued`);
  if (outcome.kind === 'posted') replayer.learn(next, outcome.itemId);
}

/** What `16-disconnect` left behind. */
async function victim(): Promise<void> {
  const post = { userid: octets`ann@rgtp.test`, grogname: octets`g` };
  const { itemId } = await board.store.posting.newItem({ ...post, text: octets`x\n` }, octets`Victim of disconnects`);
  replayer.learn('P3242109', itemId);
  for (const text of [octets`half-close\n`, octets`close at once\n`, octets`reset\n`]) {
    await board.store.posting.reply(itemId, { ...post, text });
  }
}
