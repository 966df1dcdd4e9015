/** Every command of both protocols with the arguments that cost most, from a crowd. */
import { commands as newsCommands } from '../../src/nntp/commands/table.ts';
import { people } from '../../test/support/whole-server.ts';

const NEWSGROUP = 'groggs.gossip';
/** as long as a line may be */
const PATTERN = `${'*a?,'.repeat(115)}x`;
const NOBODY = `<${'x'.repeat(200)}@nowhere.example>`;
const ARTICLE = (id: string) =>
  `From: a@b.example\r\nNewsgroups: no.such\r\nMessage-ID: ${id}\r\nSubject: ${'=?utf-8?q?x?= '.repeat(30)}\r\n\r\n${'..line\r\n'.repeat(500)}.`;

/** What follows a command's name; where nothing is said, nothing does. */
const NEWS: Readonly<Record<string, string>> = {
  'AUTHINFO USER': ` ${'u'.repeat(400)}`,
  'AUTHINFO PASS': ` ${'p'.repeat(400)}`,
  'AUTHINFO SASL': ` PLAIN ${Buffer.from(`\0${'u'.repeat(255)}\0x`).toString('base64')}`,
  'LIST ACTIVE': ` ${PATTERN}`,
  'LIST ACTIVE.TIMES': ` ${PATTERN}`,
  'LIST COUNTS': ` ${PATTERN}`,
  'LIST NEWSGROUPS': ` ${PATTERN}`,
  GROUP: ` ${NEWSGROUP}`,
  LISTGROUP: ` ${NEWSGROUP} 1-`,
  NEWGROUPS: ' 19700101 000000 GMT',
  NEWNEWS: ` ${'*,!a?,'.repeat(75)}* 19700101 000000 GMT`,
  ARTICLE: ` ${NOBODY}`,
  HEAD: ' 7777',
  BODY: ' 7777',
  STAT: ` ${NOBODY}`,
  OVER: ' 1-',
  XOVER: ' 1-',
  HDR: ' References 1-',
  XHDR: ' Xref 1-',
  XPAT: ` Subject 1- ${'*a?,'.repeat(110)}x`,
  XGTITLE: ` ${PATTERN}`,
  POST: `\r\n${ARTICLE('<p@x.example>')}`,
  IHAVE: ` ${NOBODY}\r\n${ARTICLE(NOBODY)}`,
  CHECK: ` ${NOBODY}`,
  TAKETHIS: ` ${NOBODY}\r\n${ARTICLE(NOBODY)}`,
};
/** They end the session, or change what its octets mean. */
const ENDING = new Set(['QUIT', 'STARTTLS', 'COMPRESS']);
const TIMES = 10;

/** By name, what each news client of a crowd sends. */
export const newsCrowds: readonly (readonly [name: string, text: string])[] = Object.keys(newsCommands)
  .filter((head) => !ENDING.has(head))
  .map((head) => {
    const login = `AUTHINFO USER ${people.proving[2]}\r\nAUTHINFO PASS ${people.password}\r\n`;
    const line = `${head}${NEWS[head] ?? ''}\r\n`;
    const before = head.startsWith('AUTHINFO') ? '' : login;
    return [`${head}, by 500`, `${before}GROUP ${NEWSGROUP}\r\n${line.repeat(TIMES)}`];
  });

const TEXT = `DATA\r\nme\r\n${`${'x'.repeat(75)}\r\n`.repeat(90)}.\r\n`;
const MOST = '9'.repeat(280);

/** The same for the board. @param itemId of an item with diffs */
export function boardCrowds(itemId: string): readonly (readonly [name: string, text: string])[] {
  const lines: Readonly<Record<string, string>> = {
    AUTH: `AUTH ${'0'.repeat(64)} ${MOST.slice(0, 200)}\r\n`,
    ALVL: 'ALVL 1\r\nALVL 2\r\n',
    DBUG: 'DBUG\r\n',
    HELP: 'HELP\r\n',
    MOTD: 'MOTD\r\n',
    NOOP: 'NOOP\r\n',
    REGU: 'REGU\r\n',
    USER: `USER ${MOST}\r\n`,
    ELOG: 'ELOG\r\n',
    INDX: 'INDX\r\n',
    'INDX of a time': 'INDX 00000001\r\n',
    'INDX of a number': 'INDX #00000001\r\n',
    ITEM: `ITEM ${itemId}\r\n`,
    STAT: `STAT ${itemId}\r\n`,
    CONT: `${TEXT}CONT\r\n`,
    DATA: TEXT,
    NEWI: `${TEXT}NEWI ${'s'.repeat(100)}\r\n`,
    REPL: `${TEXT}REPL A9999999\r\n`,
    DIFF: `DIFF ${itemId}\r\n`,
    'DIFF of the index': 'DIFF\r\n',
    EDLK: 'EDLK\r\nEDUL\r\n',
    EDIT: `EDLK\r\nEDIT ${itemId}\r\nEDAB\r\nEDUL\r\n`,
    EDIX: 'EDLK\r\nEDIX\r\nEDAB\r\nEDUL\r\n',
    EDCF: 'EDLK\r\nEDCF nothing\r\nEDUL\r\n',
    MOTS: `${TEXT}MOTS\r\n`,
    UDBM: 'UDBM -l\r\n',
    'UDBM of many': `UDBM -l ${'user1@users.example '.repeat(13)}\r\n`,
  };
  return Object.entries(lines).map(([name, line]) => [`${name}, by 500`, `USER editor\r\n${line.repeat(TIMES)}`]);
}
