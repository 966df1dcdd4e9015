import { eventLoop } from '../../wire/fair-share.ts';
import { type Ascii, type Octets, octets, octetsFrom } from '../../wire/octets.ts';
import { type EditLogEntry, parseEditLog } from '../edit-log.ts';
import { RgtpError } from '../errors.ts';
import { formatHex32 } from '../hex.ts';
import { type IndexEntry, parseIndexEntry } from '../index-entry.ts';
import { type Item, type ParseItemOptions, parsingItem } from '../item.ts';
import { parseItemId } from '../item-id.ts';
import { type ItemStatus, parseItemStatus } from '../item-status.ts';
import { type Motd, type MotdFieldOrder, parseMotd } from '../motd.ts';
import { check, expect, expectLines, expectText, line } from './command.ts';
import type { DataOctets } from './pending.ts';
import type { Transport } from './transport.ts';

/** lines of the edit log that are parsed in one piece, along with the rest of its last entry */
const LINES_AT_ONCE = 1000;

/** Where INDX begins: at a sequence number, at a time in unix seconds, or (`undefined`) at the first row. */
export type IndexStart = { readonly sequence: number } | { readonly time: number } | undefined;

/**
 * Passes rows on as they arrive. Malformed rows go to `onBad`; without it, the first one rejects after the last row.
 * `octets` takes them all as they came.
 */
export async function index(
  transport: Transport,
  from: IndexStart,
  limit: number,
  onEntry: (entry: IndexEntry) => void,
  onBad?: (row: Octets, error: Error) => void,
  octets?: DataOctets,
): Promise<void> {
  let failure: Error | undefined;
  const bad = onBad ?? ((_row: Octets, error: Error) => (failure ??= error));
  const onData = (row: Buffer) => {
    const entry = tryParse(row, bad);
    if (entry !== undefined) onEntry(entry);
  };
  const command = line('INDX', startArgument(from), 'bug');
  check(command, await transport.perform({ command, onData, limit, ...(octets && { octets }) }), 250);
  if (failure !== undefined) throw failure;
}

function tryParse(row: Buffer, onBad: (row: Octets, error: Error) => void): IndexEntry | undefined {
  try {
    return parseIndexEntry(row);
  } catch (error) {
    onBad(octetsFrom(row), error instanceof Error ? error : new Error(String(error)));
    return undefined;
  }
}

function startArgument(from: IndexStart): Octets {
  if (from === undefined) return octets``;
  return 'sequence' in from ? octets`#${formatHex32(from.sequence)}` : formatHex32(from.time);
}

export async function item(transport: Transport, id: string, limit: number, options: ParseItemOptions): Promise<Item> {
  const known = checkedId(id);
  const data = await expectText(transport, octets`ITEM ${known}`, limit);
  // Answers to many questions arrive together.
  if (eventLoop.over()) await eventLoop.next();
  return eventLoop.inTurns(parsingItem(known, data, options));
}

/** groggsd answers 484 and closes the connection if the subject is on the fifth line of the item. */
export async function stat(transport: Transport, id: string): Promise<ItemStatus & { readonly subject: Octets }> {
  const status = parseItemStatus((await expect(transport, octets`STAT ${checkedId(id)}`, 211)).text);
  return { ...status, subject: status.subject ?? octets`` };
}

export async function motd(transport: Transport, order: MotdFieldOrder): Promise<Motd | undefined> {
  try {
    return parseMotd(await expectLines(transport, octets`MOTD`), order);
  } catch (error) {
    if (error instanceof RgtpError && error.kind === 'no-such-item') return undefined;
    throw error;
  }
}

export async function editLog(transport: Transport): Promise<EditLogEntry[]> {
  const lines = await expectLines(transport, octets`ELOG`);
  const entries: EditLogEntry[] = [];
  for (let from = 0; from < lines.length; ) {
    // An entry ends with an empty line.
    const empty = lines.indexOf(octets``, from + LINES_AT_ONCE);
    const end = empty < 0 ? lines.length : empty + 1;
    for (const entry of parseEditLog(lines.slice(from, end))) entries.push(entry);
    from = end;
    if (eventLoop.over()) await eventLoop.next();
  }
  return entries;
}

/** Commands whose answers a copy of a board takes as they are. */
export type Question = 'INDX' | 'ITEM' | 'MOTD' | 'ELOG' | 'DIFF';

/** An answer's data, line by line: unstuffed, otherwise the octets received. @param limit octets of data */
export async function verbatim(
  transport: Transport,
  question: Question,
  argument: Octets,
  limit: number,
  onData: (line: Buffer) => void,
): Promise<void> {
  const command = line(question, argument, 'bug');
  check(command, await transport.perform({ command, onData, limit }), 250);
}

/** The id in upper case. Refuses malformed ids here: groggsd would answer 511, spurge 410. */
export function checkedId(id: string): Ascii {
  const known = parseItemId(id);
  if (known === undefined) throw new RgtpError('no-such-item', `no item id: ${JSON.stringify(id.slice(0, 40))}`);
  return known;
}
