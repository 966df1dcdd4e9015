/** Attacks on a whole server: those of the tests, and what was tried on a running server. */
import { setTimeout as pause } from 'node:timers/promises';
import { hostileArticles } from '../../test/news/posting/hostile-articles.ts';
import { people } from '../../test/support/whole-server.ts';
import type { AttackedServer } from './attacked-process.ts';
import { atOnce, bomb, comeAndGo, flood, floodEach, handshakes, trickle, unread } from './attackers.ts';

export const NEWSGROUP = 'groggs.gossip';
const MIB = 2 ** 20;

export type Attack = (server: AttackedServer) => Promise<unknown>;

const asked = (...commands: readonly string[]) => `${[`GROUP ${NEWSGROUP}`, ...commands].join('\r\n')}\r\n`;
const login = (user: string, secret: string) => `AUTHINFO USER ${user}\r\nAUTHINFO PASS ${secret}\r\n`;
const writer = login(people.proving[2], people.password);
const head = (subject: string) => `From: a@b.example\r\nNewsgroups: ${NEWSGROUP}\r\nSubject: ${subject}\r\n\r\n`;
const stuffed = (article: string) => `${article.replace(/^\./gm, '..')}\r\n.\r\n`;
const guest = 'USER guest\r\n';

export const attacks: Readonly<Record<string, Attack>> = {
  'nothing, for comparison': () => pause(2000),

  // Guessing, and coming in
  '90 connections that guess passwords at the same time': ({ newsPort }) =>
    flood(newsPort, login(people.proving[1], '00FF'), 90),
  '90 RGTP clients that guess a proof at the same time': ({ boardPort }) =>
    flood(boardPort, `USER ${people.proving[1]}\r\nAUTH ${'0'.repeat(32)} ${'1'.repeat(32)}\r\n`, 90),
  '5,000 idle connections': ({ newsPort }) => unread(newsPort, '', 5000),
  '5,000 connections that ask in the same moment': ({ newsPort }) => atOnce(newsPort, 'DATE\r\n', 5000),
  '20,000 connections, fifty at a time': ({ newsPort }) => comeAndGo(newsPort, asked('STAT 7'), 20_000),
  '50 clients that do TLS handshakes for 2 s': ({ newsPorts }) => handshakes(newsPorts[1] ?? 0, 50),
  '500 TLS handshakes that stop after one octet': ({ newsPorts }) => unread(newsPorts[1] ?? 0, '\x16', 500),
  '2,000 TLS clients that hang up in the handshake': ({ newsPorts }) =>
    comeAndGo(newsPorts[1] ?? 0, '\x16\x03\x01', 2000),
  '200 browsers that post a form': ({ newsPort, boardPort }) => {
    const form = 'POST / HTTP/1.1\r\nHost: localhost\r\n\r\nGROUP x\r\n'.repeat(20);
    return Promise.all([flood(newsPort, form, 100), flood(boardPort, form, 100)]);
  },

  // Lines and patterns
  'a line of 30 MB': ({ newsPort }) => flood(newsPort, Buffer.alloc(30 * MIB, 'A'), 1),
  'a line of 30 MB, RGTP': ({ boardPort }) => flood(boardPort, Buffer.alloc(30 * MIB, 'A'), 1),
  '10 MB of binary garbage, both protocols': ({ newsPort, boardPort }) => {
    const garbage = Buffer.from(Array.from({ length: MIB }, (_, i) => (i * 7919 + (i >> 3)) & 0xff));
    return Promise.all([flood(newsPort, garbage, 5), flood(boardPort, garbage, 5)]);
  },
  '200 clients that send octet by octet': ({ newsPort }) => trickle(newsPort, asked('STAT 7', 'OVER 1-9'), 200),
  'a wildmat of 5,000 patterns, 100 times': ({ newsPort }) =>
    flood(newsPort, `LIST ACTIVE ${'a*b,'.repeat(7500)}x\r\n`.repeat(10), 10),
  '480 connections with wildmats as long as a line': ({ newsPort }) =>
    flood(newsPort, `LIST ACTIVE ${'*a?,'.repeat(120)}x\r\n`.repeat(20), 480),
  '200 XPAT over 100,000 headers': ({ newsPort }) =>
    flood(newsPort, asked(...Array<string>(10).fill(`XPAT subject 1- ${'*a,*b'.repeat(90)}`)), 20),
  '20 clients that ask NEWNEWS of all time, 20 times': ({ newsPort }) =>
    flood(newsPort, 'NEWNEWS * 19700101 000000 GMT\r\n'.repeat(20), 20),

  // Answers
  '100,000 commands in one write': ({ newsPort }) =>
    flood(newsPort, asked(...Array<string>(100_000).fill('STAT 7')), 1),
  '100 clients that ask OVER 1- and read it all': ({ newsPort }) => flood(newsPort, asked('OVER 1-'), 100),
  '20 resets with 2,000 OVER queued': ({ newsPort }) =>
    unread(newsPort, asked(...Array<string>(2000).fill('OVER 1-')), 20),
  '20,000 OVER, never read, by 4 clients': ({ newsPort }) =>
    unread(newsPort, asked(...Array<string>(20_000).fill('OVER 1-')), 4),
  '200 clients that do not read a thousand articles': ({ newsPort }) =>
    unread(newsPort, asked(...Array.from({ length: 1000 }, (_, n) => `ARTICLE ${n + 1}`)), 200),
  'a bomb: 500 MB of nothing, compressed': ({ newsPort }) => flood(newsPort, bomb(500), 1),
  '300 compressed connections': ({ newsPort }) => unread(newsPort, 'COMPRESS DEFLATE\r\n', 300),

  // Articles
  '60 articles of dot lines, 34 MB': ({ newsPort }) =>
    flood(newsPort, `${writer}POST\r\n${head('dots')}${'..\r\n'.repeat(150_000)}.\r\n`, 60),
  '20 posts of 60 KB of combining marks': ({ newsPort }) =>
    flood(newsPort, `${writer}POST\r\n${head('marks')}a${'\u0301'.repeat(30_000)}\r\n.\r\n`, 20),
  'the hostile articles of test/news/posting, all at once': ({ newsPort }) =>
    floodEach(
      newsPort,
      Object.values(hostileArticles).map((article) => `${writer}POST\r\n${stuffed(article)}`),
    ),
  '100 articles that are begun and not ended': ({ newsPort }) =>
    unread(newsPort, `${writer}POST\r\n${head('half')}${'half an article\r\n'.repeat(40_000)}`, 100),
  'an editor withdraws, and the index is compared': ({ newsPort }) => {
    const id = '<soaked@client.example>';
    const [from, rest] = ['From: e@b.example\r\n', `Newsgroups: ${NEWSGROUP}\r\nSubject: x\r\n`];
    const editor = login(people.proving[3], people.password);
    const post = `POST\r\n${from}Message-ID: ${id}\r\n${rest}\r\nx\r\n.\r\n`;
    return flood(newsPort, `${editor}${post}POST\r\n${from}${rest}Control: cancel ${id}\r\n\r\nx\r\n.\r\n`, 1);
  },

  // The board
  '900 guests who ask for the index over RGTP': ({ boardPort }) => flood(boardPort, `${guest}INDX\r\n`, 900),
  '900 guests who do not read their INDX': ({ boardPort }) => unread(boardPort, `${guest}INDX\r\n`, 900),
  '900 guests with a hundred commands each': ({ boardPort }) =>
    flood(boardPort, `${guest}${'MOTD\r\n'.repeat(100)}`, 900),
  '200 guests who read a long edit log': ({ boardPort }) => flood(boardPort, `${guest}ELOG\r\n`, 200),
  'DBUG and 200,000 commands of a guest, 4 times': ({ boardPort }) =>
    flood(boardPort, `${guest}DBUG\r\n${'NOOP\r\n'.repeat(200_000)}`, 4),
  '20 clients that say 20 MB after QUIT, both protocols': ({ newsPort, boardPort }) => {
    const more = Buffer.from(`QUIT\r\n${'NOOP\r\n'.repeat(3_500_000)}`);
    return Promise.all([flood(newsPort, more, 20), flood(boardPort, more, 20)]);
  },
  '100 texts of 1 MB for the board': ({ boardPort }) =>
    flood(boardPort, `USER writer\r\nDATA\r\nx\r\n${'a line of text\r\n'.repeat(65_536)}.\r\n`, 100),

  // The status server
  '500 slow HTTP clients': ({ httpPort }) => unread(httpPort, 'GET / HTTP/1.1\r\nHost: localhost\r\nX: ', 500),
  '50 clients that ask for the metrics, 20 times': ({ httpPort }) =>
    flood(httpPort, 'GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(20), 50),
};
