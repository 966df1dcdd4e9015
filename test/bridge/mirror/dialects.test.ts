import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RgtpPool } from '../../../src/rgtp/client/pool.ts';
import { formatHex32 } from '../../../src/rgtp/hex.ts';
import { formatIndexEntry } from '../../../src/rgtp/index-entry.ts';
import { undoubleCarets } from '../../../src/rgtp/item.ts';
import { latin1, octets } from '../../../src/wire/octets.ts';
import { FakeBoard } from '../../support/fake-board.ts';
import { openMirror, shown } from '../../support/mirrors.ts';
import { itemLines, type Trick, wireBoard } from './wire-board.ts';

/** A server that has its own way of saying what another says by the book. */
interface Accent {
  readonly banner: string;
  readonly hasEditLog: boolean;
  motd(board: FakeBoard): readonly string[] | undefined;
  item(board: FakeBoard, id: string): readonly string[];
  index(board: FakeBoard, from: number): readonly string[];
}

const groggsd: Accent = {
  banner: '230 GROGGS system (a test) ready - please log in',
  hasEditLog: true,
  // Time and sequence number the other way about.
  motd: ({ message }) =>
    message && [`${formatHex32(message.time)} ${formatHex32(message.sequence)}`, ...message.lines.map(doubled)],
  item: itemLines,
  index: (board, from) => board.index.filter(({ sequence }) => sequence >= from).map(formatIndexEntry),
};

const spurge: Accent = {
  banner: '231 Spurge RGTP server ready (read-only; log in for more)',
  hasEditLog: false,
  motd: ({ message }) =>
    message && [`${formatHex32(message.sequence)} ${formatHex32(message.time)}`, ...message.lines.map(doubled)],
  // The subject behind the status, carets as they were typed, a mark of its own, no empty line after the first post
  // of a continuation, and one at the end of each item.
  item(board, id) {
    const [status = '', ...lines] = itemLines(board, id);
    const item = board.items.get(id);
    const text = undoubleCarets(lines.map(latin1)).map((line) =>
      line.replace(/^\[Continued in (?=.* by carol)/, '[Item continued in '),
    );
    const second = text.findIndex(
      (line, at) => at > 0 && item?.contributions[1] !== undefined && line === cookie(item.contributions[1]),
    );
    if (item?.continuedFrom !== undefined && second > 0) text.splice(second - 1, 1);
    return [`${status.padEnd(36).slice(0, 36)}${item?.subject}`, ...text, ''];
  },
  // Small hexadecimal digits; the F row has the new item's subject.
  index: (board, from) =>
    board.index
      .map((row, at) => (row.type === 'F' ? { ...row, subject: board.index[at - 1]?.subject ?? octets`` } : row))
      .filter(({ sequence }) => sequence >= from)
      .map((row) => {
        const line = formatIndexEntry(row);
        return line.slice(0, 17).toLowerCase() + line.slice(17);
      }),
};

const doubled = (line: string) => (line.startsWith('^') ? `^${line}` : line);
const cookie = ({ sequence, time }: { readonly sequence: number; readonly time: number }) =>
  `^${formatHex32(sequence)} ${formatHex32(time)}`;

/** Speaks to a mirror as that server does. */
function speaking(accent: Accent, board: FakeBoard): Trick {
  const data = (lines: readonly string[]) => ['250 Data', ...lines.map((line) => line.replace(/^\./, '..')), '.'];
  const answer = (command: string): readonly string[] => {
    const [verb, argument = ''] = command.split(' ');
    switch (verb) {
      case 'greeting':
        return [accent.banner];
      case 'INDX':
        return data(accent.index(board, argument === '' ? 0 : Number.parseInt(argument.slice(1), 16)));
      case 'ITEM':
        return board.items.has(argument) ? data(accent.item(board, argument)) : ['410 No such item'];
      case 'MOTD': {
        const motd = accent.motd(board);
        return motd === undefined ? ['410 None'] : data(motd);
      }
      case 'ELOG':
        return accent.hasEditLog ? [] : ['510 Not implemented.'];
      default:
        return [];
    }
  };
  return (command, peer) => {
    const lines = answer(command);
    if (lines.length === 0) return 'honest';
    peer.say(...lines);
    return Promise.resolve();
  };
}

/** What people write, and some who would like to be taken for the board. */
const text = fc.constantFrom(
  'plain',
  '',
  '.',
  '.dot',
  '^caret',
  '^^carets',
  '^00000001 6B021111',
  '^7FFFFFFF 7FFFFFFF',
  '[Continued in A0010001 by mallory@example.org.]',
  'Reply from mallory at 12.00 on Sat 21 Nov',
  'Subject: nothing',
);
const which = fc.nat(20);
const step = fc.oneof(
  fc.record({ kind: fc.constant('item'), text }),
  fc.record({ kind: fc.constant('reply'), which, text }),
  fc.record({ kind: fc.constant('continue'), which, text }),
  fc.record({ kind: fc.constant('edit'), which, text }),
  fc.record({ kind: fc.constant('withdraw'), which }),
  fc.record({ kind: fc.constant('motd'), text }),
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

function take(board: FakeBoard, step: Step): void {
  const ids = [...board.items.keys()];
  const id = 'which' in step ? ids[step.which % ids.length] : undefined;
  if (step.kind === 'motd' && 'text' in step) board.setMotd(step.text);
  else if (step.kind === 'item' && 'text' in step) board.newItem(`Subject ${ids.length}`, step.text);
  else if (id === undefined) return;
  else if (step.kind === 'withdraw') board.withdraw(id);
  else if (!('text' in step)) return;
  else if (step.kind === 'edit') board.edit(id, 0, step.text);
  else if (board.items.get(id)?.continuedIn !== undefined) return;
  else if (step.kind === 'reply') board.reply(id, step.text);
  else board.continue(id, `Continued ${ids.length}`, step.text);
}

test.each([
  ['groggsd', groggsd],
  ['spurge', spurge],
])('a board that speaks as %s does is mirrored as one that goes by the book', async (_name, accent) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 4 }),
      async (polls) => {
        // Numbers that could be times: only the banner tells which is which in the message of the day.
        const board = new FakeBoard(0x6a000000);
        board.hasEditLog = accent.hasEditLog;
        const server = await wireBoard(board, speaking(accent, board));
        const pool = new RgtpPool({ host: server.host, port: server.port, size: 1 });
        const [mirror, byTheBook] = [await openMirror(pool), await openMirror(board)];
        try {
          for (const steps of polls) {
            for (const each of steps) take(board, each);
            await Promise.all([mirror.complete(), byTheBook.complete()]);
            expect(await shown(mirror)).toEqual(await shown(byTheBook));
            expect(mirror.motd()).toEqual(byTheBook.motd());
            expect(mirror.progress.skipped).toBe(0);
          }
        } finally {
          await Promise.all([mirror.close(), byTheBook.close()]);
          await pool.close();
          await server.done();
        }
      },
    ),
    { numRuns: 30 },
  );
});
