import { openWholeServer, people } from '../../support/whole-server.ts';
import { articles } from '../articles.ts';
import { complaining } from '../complaints.ts';
import { exchange } from '../exchange.ts';
import { checkNntpFraming } from '../nntp-framing.ts';
import { pieces } from '../pieces.ts';
import type { Random } from '../random.ts';
import { newsreaderLines } from '../seeds.ts';
import type { WorldTarget } from '../target.ts';

/** The board answers a wrong proof late, and each later: what is no secret at all is refused at once. */
function withoutGuesses(input: Buffer): Buffer {
  const text = input
    .toString('latin1')
    .replace(/(authinfo[ \t]+pass[ \t]+)([0-9a-f ]+)/gi, (all, command, secret) =>
      secret.trim() === people.password ? all : `${command}no`,
    )
    .replace(/[A-Za-z0-9+/]{8,}={0,2}/g, (word) => {
      const plain = Buffer.from(word, 'base64').toString('latin1');
      return plain.includes('\0') && !plain.endsWith(`\0${people.password}`) ? '*' : word;
    });
  return Buffer.from(text, 'latin1');
}

/** Ends whatever a case left open: an article, a SASL exchange, a line. */
const TAIL = Buffer.from('\r\n.\r\nXSTEP\r\nQUIT\r\n');
const LOGIN = `AUTHINFO USER ${people.proving[2]}\r\nAUTHINFO PASS ${people.password}\r\n`;
const EDITOR = `AUTHINFO USER ${people.proving[3]}\r\nAUTHINFO PASS ${people.password}\r\n`;
const GROUPS = ['groggs.gossip', 'groggs.gossip.edits', 'groggs.gossip.motd', 'no.such', '*'] as const;
const IDS = ['<a@b.example>', '<no@id>', '<A0010000.00000001@gossip.invalid>'] as const;

function argument(random: Random): string {
  const number = String(random.pick([0, 1, 2, 3, 2147483647, 99999999999]));
  const choices = [
    random.pick(GROUPS),
    random.pick(IDS),
    number,
    `${number}-`,
    `1-${number}`,
    random.pick([':bytes', 'Subject', 'From', 'Xref', 'X-RGTP-Item', 'Message-ID']),
    random.pick(['19700101 000000 GMT', '260101 000000', '20991231 235959']),
    random.pick(['*', '*gossip*,!*.edits', '?', '*a*b*']),
  ] as const;
  return random.pick(choices);
}

const VERBS = [
  ...['GROUP', 'LISTGROUP', 'ARTICLE', 'HEAD', 'BODY', 'STAT', 'NEXT', 'LAST', 'OVER', 'XOVER', 'HDR', 'XHDR', 'XPAT'],
  ...['LIST', 'LIST ACTIVE', 'LIST COUNTS', 'LIST NEWSGROUPS', 'LIST ACTIVE.TIMES', 'LIST OVERVIEW.FMT', 'LIST MOTD'],
  ...['LIST HEADERS', 'LIST SUBSCRIPTIONS', 'NEWGROUPS', 'NEWNEWS', 'DATE', 'HELP', 'CAPABILITIES', 'MODE READER'],
  ...['XGTITLE', 'COMPRESS', 'STARTTLS', 'AUTHINFO GENERIC', 'AUTHINFO SASL', 'MODE STREAM', 'CHECK'],
] as const;

function step(random: Random): string {
  const article = () => `${(random.pick(articles()) ?? '').toString('latin1')}\r\n.\r\n`;
  switch (random.below(13)) {
    case 0:
      return random.pick([LOGIN, EDITOR, 'AUTHINFO USER ann\r\nAUTHINFO PASS no\r\n']);
    case 1:
      return `POST\r\n${article()}`;
    case 5:
      return `TAKETHIS ${random.pick(IDS)}\r\n${article()}`;
    case 2:
      return `IHAVE ${random.pick(IDS)}\r\n${article()}`;
    case 3:
      return `AUTHINFO SASL PLAIN\r\n${Buffer.from(`\0${people.proving[1]}\0${people.password}`).toString('base64')}\r\n`;
    case 4:
      return `${random.pick(newsreaderLines())}\r\n`;
    default:
      return `${[random.pick(VERBS), ...random.some(0, 3, () => argument(random))].join(' ')}\r\n`;
  }
}

/** NNTP over a socket, in front of the bridge and the embedded board. */
export const nntpSession: WorldTarget = {
  name: 'nntp-session',
  seeds: () => [
    'MODE READER\r\nLIST\r\nGROUP groggs.gossip\r\nOVER 1-\r\nARTICLE 1\r\nNEXT\r\n',
    `${LOGIN}GROUP groggs.gossip\r\nPOST\r\n${articles()[0]}.\r\nOVER 1-\r\nHDR :bytes 1-\r\n`,
    `${EDITOR}POST\r\nFrom: e@x.y\r\nNewsgroups: groggs.gossip.motd\r\nSubject: motd\r\n\r\nToday\r\n.\r\nLIST MOTD\r\n`,
    `IHAVE <a@b.example>\r\n${articles()[1]}.\r\n`,
    `${LOGIN}MODE STREAM\r\nCHECK <a@b.example>\r\nTAKETHIS <a@b.example>\r\n${articles()[1]}.\r\nDATE\r\n`,
    `AUTHINFO SASL PLAIN\r\n*\r\n${'x'.repeat(3000)}\r\nDATE\r\n`,
    ...newsreaderLines()
      .slice(0, 60)
      .map((line) => `GROUP groggs.gossip\r\n${line}\r\n`),
  ],
  words: [
    '\r\n',
    '\r\n.\r\n',
    'POST\r\n',
    'IHAVE <a@b>\r\n',
    'TAKETHIS <a@b>\r\n',
    'LISTGROUP\r\n',
    'groggs.gossip',
    ' 1-',
    LOGIN,
    'QUIT\r\n',
    '\0',
    '\t',
  ],
  maxOctets: 3000,
  generate: (random) => random.some(1, 10, () => step(random)).join(''),
  async open() {
    const { log, check } = complaining();
    const settings = { COMPRESSION: 'false', EMBEDDED_GUESTS: 'post' };
    const server = await openWholeServer({ settings, log });
    return {
      async run(input) {
        const sent = Buffer.concat([withoutGuesses(input), TAIL]);
        checkNntpFraming(sent, await exchange(server.newsPort, pieces(sent)));
        check();
      },
      close: () => server.close(),
    };
  },
};
