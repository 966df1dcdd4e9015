import { openWholeServer, people } from '../../support/whole-server.ts';
import { complaining } from '../complaints.ts';
import { exchange } from '../exchange.ts';
import { pieces } from '../pieces.ts';
import type { Random } from '../random.ts';
import { checkRgtpFraming } from '../rgtp-framing.ts';
import { recordedCommands, recordedRows, recordedTexts } from '../seeds.ts';
import type { WorldTarget } from '../target.ts';

/** Ends whatever a case left open: a text, a line. */
const TAIL = Buffer.from('\r\n.\r\nNOOP\r\nQUIT\r\n');
/** Stands for the id of an item that is there. */
const ITEM = '@ITEM@';
const LEVELS = [0, 1, 2, 3] as const;
const ITEMS = [ITEM, ITEM, 'A0010000', 'a', ''] as const;

function text(random: Random): string {
  const lines = (random.pick(recordedTexts()) ?? Buffer.from('x')).toString('latin1');
  return `DATA\r\n${lines}${lines.endsWith('\r\n') ? '' : '\r\n'}.\r\n`;
}

/** Some rows, as recorded, or of an item that is there. */
function rows(random: Random): string {
  const made = random.some(0, 4, () => (random.pick(recordedRows()) ?? Buffer.from('x')).toString('latin1').trimEnd());
  return ['DATA', ...made, '.', ''].join('\r\n');
}

function step(random: Random): string {
  const item = random.pick(ITEMS);
  const choices = [
    `USER ${people.bare[random.pick(LEVELS)]}\r\n`,
    `USER ${people.bare[3]}\r\n`,
    `USER ${people.bare[2]} ${random.below(5)}\r\n`,
    `ALVL ${random.below(5)}\r\n`,
    `USER ${people.proving[2]}\r\nAUTH ${'0'.repeat(32)}\r\n`,
    `${text(random)}NEWI A subject\r\n`,
    `${text(random)}REPL ${item}\r\n`,
    `${text(random)}CONT Another\r\n`,
    `EDLK\r\nEDIT ${item}\r\n${text(random)}EDCF A reason\r\nEDUL\r\n`,
    'EDLK\r\nEDIX\r\nEDAB\r\n',
    `EDLK\r\nEDIX\r\n${rows(random)}EDCF Rows\r\nEDUL\r\n`,
    `EDLK\r\nEDIT ${item}\r\nEDCF Withdrawn\r\n`,
    `${text(random)}MOTS\r\n`,
    `${random.pick(['ITEM', 'STAT', 'DIFF', 'EDIT', 'REPL'])} ${item}\r\n`,
    `INDX ${random.pick(['', '#00000001', '00000000', '#FFFFFFFF', 'x'])}\r\n`,
    `${random.pick(['MOTD', 'ELOG', 'HELP', 'NOOP', 'DBUG', 'REGU', 'DIFF', 'UDBM -l', 'UDBM -s', 'EDUL', 'QUIT'])}\r\n`,
    `REGU\r\nUSER new${random.below(1000)}@rgtp.test\r\n`,
    `${random.pick(recordedCommands())}\r\n`,
  ] as const;
  return random.pick(choices);
}

/** RGTP over a socket, on the embedded board while the bridge follows it. */
export const rgtpSession: WorldTarget = {
  name: 'rgtp-session',
  seeds: () => [
    `USER writer\r\nDATA\r\nAnn\r\nText\r\n..dot\r\n.\r\nNEWI Hello\r\nINDX\r\nITEM ${ITEM}\r\n`,
    `USER editor\r\nEDLK\r\nEDIT ${ITEM}\r\nDATA\r\nstatus\r\n^00000001 6B02111B\r\nx\r\n.\r\nEDCF why\r\nELOG\r\nDIFF ${ITEM}\r\n`,
    'USER editor\r\nUDBM -c new@x/read newsecret\r\nUDBM -l\r\n',
    `MOTD\r\nUSER reader\r\nSTAT ${ITEM}\r\nINDX #00000000\r\nALVL 1\r\n`,
    `${'x'.repeat(400)}\r\nDATA\r\n`,
    ...recordedCommands()
      .slice(0, 120)
      .map((line) => `USER editor\r\n${line}\r\n`),
  ],
  words: [
    '\r\n',
    '\r\n.\r\n',
    'DATA\r\n',
    'USER editor\r\n',
    'EDLK\r\n',
    ITEM,
    '^',
    '..',
    '\0',
    'NEWI x\r\n',
    'EDCF x\r\n',
  ],
  maxOctets: 2500,
  generate: (random) =>
    `USER ${people.bare[random.pick([1, 2, 3, 3])]}\r\n${random.some(1, 8, () => step(random)).join('')}`,
  async open() {
    const { log, check } = complaining();
    const settings = { EMBEDDED_REGISTRATION: 'approval', EMBEDDED_GUESTS: 'post' };
    const server = await openWholeServer({ settings, log });
    return {
      async run(input) {
        const index = await exchange(server.boardPort, [Buffer.from('USER reader\r\nINDX\r\nQUIT\r\n')]);
        const id = /^[0-9A-F]{8} [0-9A-F]{8} ([A-Z][0-9]{7}) /m.exec(index.toString('latin1'))?.[1] ?? 'A0010000';
        const sent = Buffer.from(`${input.toString('latin1').replaceAll(ITEM, id)}${TAIL}`, 'latin1');
        checkRgtpFraming(sent, await exchange(server.boardPort, pieces(sent)));
        check();
      },
      close: () => server.close(),
    };
  },
};
