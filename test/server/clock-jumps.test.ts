/** The time of day is set, two hours forward or back, while the whole program is running. */
import { expect, onTestFinished, test, vi } from 'vitest';
import { FailedProofs } from '../../src/board/failed-proofs.ts';
import { latin1 } from '../../src/wire/octets.ts';
import { Dialogue } from '../board/dialogue.ts';
import { NntpClient } from '../support/nntp-client.ts';
import { openWholeServer, people, type WholeServer } from '../support/whole-server.ts';

const HOUR = 3_600_000;
const NEWSGROUP = 'groggs.gossip';

function setClocks(): (hours: number) => void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
  onTestFinished(() => void vi.useRealTimers());
  return (hours) => void vi.setSystemTime(Date.now() + hours * HOUR);
}

async function open(): Promise<WholeServer> {
  const server = await openWholeServer();
  onTestFinished(() => server.close());
  return server;
}

async function rgtp({ boardPort }: WholeServer, userid: string): Promise<Dialogue> {
  const client = await Dialogue.open(boardPort);
  onTestFinished(() => client.close());
  await client.line();
  expect(await client.ask(`USER ${userid}`)).toMatch(/^23/);
  return client;
}

async function reader({ newsPort }: WholeServer): Promise<NntpClient> {
  const client = await NntpClient.connect(newsPort);
  expect(await client.ask(`AUTHINFO USER ${people.proving[2]}`)).toMatch(/^381/);
  expect(await client.ask(`AUTHINFO PASS ${people.password}`)).toMatch(/^281/);
  return client;
}

/** How often the mirror has asked the board for its index. */
async function questions({ httpPort }: WholeServer): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${httpPort}/metrics`)).text();
  const found = [...text.matchAll(/^rgtp_nntp_board_requests_total\{.*command="INDX".*\} (\d+)$/gm)];
  return found.reduce((sum, [, count]) => sum + Number(count), 0);
}

async function post(client: NntpClient, subject: string): Promise<void> {
  expect(await client.ask('POST')).toMatch(/^340/);
  client.send(`From: W <${people.proving[2]}>`, `Newsgroups: ${NEWSGROUP}`, `Subject: ${subject}`, '', 'Text.', '.');
  expect(await client.line()).toMatch(/^240/);
}

async function numbersOf(client: NntpClient): Promise<number> {
  const [, , , high] = (await client.ask(`GROUP ${NEWSGROUP}`)).split(' ');
  return Number(high);
}

/** Posts, and asks what is new since then (`yyyymmdd hhmmss`). */
async function expectNewPostSince(client: NntpClient, since: string): Promise<void> {
  await post(client, 'After it');
  const [, , messageId] = (await client.ask(`STAT ${await numbersOf(client)}`)).split(' ');
  client.send(`NEWNEWS ${NEWSGROUP} ${since}`);
  expect(await client.line()).toMatch(/^230/);
  expect(await client.block()).toContain(messageId);
}

test('nothing ends, nothing stalls, nothing hammers, and what is posted is posted, read and new', async () => {
  const jump = setClocks();
  const server = await open();
  const [quiet, editor, news] = [await rgtp(server, 'guest'), await rgtp(server, 'editor'), await reader(server)];
  expect(await editor.ask('EDLK')).toMatch(/^200/);
  for (const hours of [2, -2, -2, 4]) {
    const before = await questions(server);
    jump(hours);
    const since = (await news.ask('DATE')).slice(4);
    // RGTP: neither idle time, nor that of the lock, has passed.
    expect(await quiet.ask('NOOP')).toMatch(/^200/);
    expect(await editor.ask('EDLK')).toBe('500 EDLK already issued.');
    // Posting, by NNTP and by RGTP; each is read in the other.
    await post(news, `Posted after ${hours}`);
    expect((await quiet.list('INDX')).at(-1)).toContain(`Posted after ${hours}`);
    const high = await numbersOf(news);
    expect(await editor.text('ed', 'Written.')).toMatch(/^350/);
    editor.write(`NEWI Written after ${hours}\r\n`);
    expect(await editor.line()).toMatch(/^120/);
    expect(await editor.line()).toMatch(/^220/);
    while ((await numbersOf(news)) === high) await new Promise(setImmediate);
    // A newsreader that asks what is new since the jump is told of both.
    news.send(`NEWNEWS ${NEWSGROUP} ${since.slice(0, 8)} ${since.slice(8)}`);
    expect(await news.line()).toMatch(/^230/);
    expect((await news.block()).length).toBeGreaterThanOrEqual(2);
    // Two changes and the comparison that is due: a poll or two for each.
    expect((await questions(server)) - before).toBeLessThan(12);
  }
});

test('who only learned the time before the clock was set back is told of what comes after it', async () => {
  const jump = setClocks();
  const server = await open();
  const news = await reader(server);
  // Nothing else has shown this time to the board's mirror.
  jump(1);
  const date = (await news.ask('DATE')).slice('111 '.length);
  const since = `${date.slice(0, 8)} ${date.slice(8)}`;
  jump(-2);
  await expectNewPostSince(news, since);
  await server.reload({
    BOARDS_0_RGTP: 'embedded',
    BOARDS_1_NEWSGROUP: 'other.board',
    BOARDS_1_RGTP: 'rgtp://127.0.0.1:1',
  });
  const guest = await NntpClient.connect(server.newsPort);
  guest.send(`NEWGROUPS ${since}`);
  expect(await guest.line()).toMatch(/^231/);
  expect((await guest.block()).map((line) => line.split(' ')[0])).toContain('other.board');
});

test.each(['NEWNEWS', 'NEWGROUPS'])('… and so is who only asked %s', async (command) => {
  const jump = setClocks();
  const server = await open();
  const news = await reader(server);
  jump(1);
  const time = new Date().toISOString().replace(/[-:]/g, '');
  const since = `${time.slice(0, 8)} ${time.slice(9, 15)}`;
  news.send(`${command}${command === 'NEWNEWS' ? ` ${NEWSGROUP}` : ''} ${since}`);
  expect(await news.line()).toMatch(/^23[01]/);
  await news.block();
  jump(-2);
  await expectNewPostSince(news, since);
});

test.each([2, -2])('the pause after wrong proofs grows, although the clock is set by %i hours', async (hours) => {
  const jump = setClocks();
  const waits = vi.spyOn(globalThis, 'setTimeout');
  onTestFinished(() => waits.mockRestore());
  const proofs = new FailedProofs(1);
  await proofs.failed('192.0.2.1', latin1('ann'));
  jump(hours);
  await proofs.failed('192.0.2.1', latin1('ann'));
  expect(waits.mock.calls.map(([, ms]) => ms).slice(-2)).toEqual([1, 2]);
});
