import { formatEditLogEntry } from '../../../src/rgtp/edit-log.ts';
import { formatHex32 } from '../../../src/rgtp/hex.ts';
import { formatIndexEntry } from '../../../src/rgtp/index-entry.ts';
import { doubleCarets, formatCookie, formatHeader, formatMark } from '../../../src/rgtp/item-format.ts';
import { formatItemStatus } from '../../../src/rgtp/item-status.ts';
import { latin1, octets } from '../../../src/wire/octets.ts';
import { answerTo, type BoardLines } from '../../support/board-answers.ts';
import type { FakeBoard } from '../../support/fake-board.ts';
import { type Peer, type ScriptedServer, scriptedServer } from '../../support/scripted-server.ts';

/** What a wicked server does instead of answering a command. Throwing nothing and saying nothing is to stall. */
export type Trick = (command: string, peer: Peer, connection: number) => Promise<void> | 'honest';

/** A board in memory on a real socket, which answers each command as `trick` says, or honestly. */
export function wireBoard(board: FakeBoard, trick: Trick = () => 'honest'): Promise<ScriptedServer> {
  let connections = 0;
  return scriptedServer(async (peer) => {
    const connection = ++connections;
    const greeted = trick('greeting', peer, connection);
    if (greeted !== 'honest') await greeted;
    else peer.say('231 Welcome to a test');
    for (let command = await peer.line(); command !== undefined; command = await peer.line()) {
      board.requests.push(command);
      const done = trick(command, peer, connection);
      if (done !== 'honest') await done;
      else peer.raw(answerTo(linesOf(board), command));
      if (command === 'QUIT') return;
    }
  });
}

export function indexRows(board: FakeBoard): string[] {
  return board.index.map(formatIndexEntry);
}

export function itemLines(board: FakeBoard, id: string): string[] {
  const item = board.items.get(id);
  if (item === undefined) throw new Error(`no item ${id}`);
  const { continuedFrom, continuedIn, lastEdit, contributions, subject } = item;
  const lines: string[] = [
    formatItemStatus({
      continuedFrom,
      continuedIn: continuedIn?.id,
      lastEdit,
      lastReply: contributions.at(-1)?.sequence,
    }),
  ];
  for (const [index, { sequence, time, grogname, userid = octets``, lines: text }] of contributions.entries()) {
    if (index > 0) lines.push('');
    const header = { grogname, userid, time };
    lines.push(
      formatCookie(sequence, time),
      ...formatHeader(
        index === 0 ? { kind: 'item', itemId: id, subject: latin1(subject), ...header } : { kind: 'reply', ...header },
      ),
      '',
      ...text.map(doubleCarets),
    );
  }
  if (continuedIn !== undefined) {
    const { sequence, time, id: itemId } = continuedIn;
    lines.push(...formatMark({ sequence, time, itemId, userid: octets`carol@example.org` }));
  }
  return lines;
}

/** What the board has to say now. */
function linesOf(board: FakeBoard): BoardLines {
  const { message } = board;
  return {
    rows: indexRows(board),
    items: { get: (id) => (board.items.has(id) ? itemLines(board, id) : undefined) },
    motd: message && [`${formatHex32(message.sequence)} ${formatHex32(message.time)}`, ...message.lines],
    editLog: board.log.flatMap(formatEditLogEntry),
  };
}
