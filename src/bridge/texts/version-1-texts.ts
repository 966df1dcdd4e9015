/**
 * The format in which version 0.1 stored the texts of items: compressed JSON of their fields, with the lines joined.
 */
import { zstdDecompressSync } from 'node:zlib';
import type { Contribution, Item } from '../../rgtp/item.ts';
import { latin1, type Octets } from '../../wire/octets.ts';

const VERSION = 1;

type Cells = [
  version: number,
  id: string,
  continuedFrom: string | null,
  continuedIn: string | null,
  lastEdit: number | null,
  lastReply: number | null,
  subject: string,
  mark: [sequence: number, time: number, itemId: string, userid: string | null] | null,
  ...contributions: [
    sequence: number,
    time: number,
    grogname: string,
    userid: string | null,
    header: string,
    text: string | null,
  ][],
];

/** `undefined` if it is not in this format, or damaged. */
export function itemOfVersion1(data: Uint8Array): Item | undefined {
  try {
    return itemFrom(JSON.parse(zstdDecompressSync(data).toString()));
  } catch {
    return undefined;
  }
}

function itemFrom(cells: Cells): Item | undefined {
  if (cells[0] !== VERSION) return undefined;
  const [, id, continuedFrom, continuedIn, lastEdit, lastReply, subject, mark, ...contributions] = cells;
  return {
    id,
    continuedFrom: continuedFrom ?? undefined,
    continuedIn: continuedIn ?? undefined,
    lastEdit: lastEdit ?? undefined,
    lastReply: lastReply ?? undefined,
    subject: latin1(subject),
    mark: mark === null ? undefined : { sequence: mark[0], time: mark[1], itemId: mark[2], userid: octetsOr(mark[3]) },
    contributions: contributions.map(
      ([sequence, time, grogname, userid, header, text]): Contribution => ({
        sequence,
        time,
        grogname: latin1(grogname),
        userid: octetsOr(userid),
        header: header === '' ? [] : latin1(header).split('\n'),
        lines: text === null ? [] : latin1(text).split('\n'),
      }),
    ),
  };
}

function octetsOr(text: string | null): Octets | undefined {
  return text === null ? undefined : latin1(text);
}
