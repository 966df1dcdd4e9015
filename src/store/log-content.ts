/**
 * What is left of a write-ahead log. To SQLite, one that was copied incompletely or overwritten looks empty, or merely
 * shorter: it takes the commits before the first fault, and does not mention the others. See
 * https://www.sqlite.org/fileformat.html#the_write_ahead_log and https://www.sqlite.org/walformat.html.
 */
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { endianness } from 'node:os';

export type LogContent =
  /** consistent, as far as can be told */
  | 'sound'
  | 'missing'
  /** not the beginning of a log, or it lacks commits that its index has seen and the database has not */
  | 'damaged';

/** People write this into a log that they know is lost, to go on with what is left. */
const GIVEN_UP = 'lost';

const LOG_HEADER = 32;
const FRAME_HEADER = 24;
const MAGIC = 0x377f0682;
/** octets of an index: two copies of its header, and how much of the log is in the database */
const INDEX_HEADER = 48;
const INDEX_OCTETS = 136;

/** @param log path of the log; its index is beside it */
export function contentOf(log: string): LogContent {
  // Another process may be writing both: only what is found twice counts.
  const found = look(log);
  return found === 'sound' ? found : look(log);
}

function look(log: string): LogContent {
  const index = indexBeside(log);
  const file = opened(log);
  if (file === undefined) return 'missing';
  try {
    const header = Buffer.alloc(LOG_HEADER);
    const length = readSync(file, header, 0, LOG_HEADER, 0);
    if (header.subarray(0, length).toString('latin1').trim() === GIVEN_UP) return 'sound';
    if (length < LOG_HEADER || !isHeader(header)) return 'damaged';
    return index !== undefined && lacksFrames(file, header, index) ? 'damaged' : 'sound';
  } finally {
    closeSync(file);
  }
}

function opened(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true ? openSync(path, 'r') : undefined;
}

/**
 * The pages in a log, up to its last whole commit, and how many the database has after that; `total` is undefined if
 * there is no commit.
 */
export function pagesIn(log: string): { readonly pages: ReadonlySet<number>; readonly total: number | undefined } {
  const pages = new Set<number>();
  let total: number | undefined;
  const file = opened(log);
  if (file === undefined) return { pages, total };
  try {
    const header = Buffer.alloc(LOG_HEADER);
    const length = readSync(file, header, 0, LOG_HEADER, 0);
    if (length < LOG_HEADER || !isHeader(header)) return { pages, total };
    const uncommitted: number[] = [];
    for (const frame of framesOf(file, header)) {
      uncommitted.push(frame.page);
      if (frame.total === 0) continue;
      total = frame.total;
      for (const page of uncommitted.splice(0)) pages.add(page);
    }
  } finally {
    closeSync(file);
  }
  return { pages, total };
}

type Sum = readonly [number, number];

function isHeader(header: Buffer): boolean {
  const magic = header.readUInt32BE(0);
  return (magic | 1) === (MAGIC | 1) && isSum(sumOf([0, 0], header.subarray(0, 24), magic), header, 24);
}

/** The checksum of a log continues from frame to frame. */
function sumOf([a, b]: Sum, octets: Buffer, magic: number): Sum {
  const word = (at: number) => (magic === MAGIC ? octets.readUInt32LE(at) : octets.readUInt32BE(at));
  for (let at = 0; at < octets.length; at += 8) {
    a = (a + word(at) + b) >>> 0;
    b = (b + word(at + 4) + a) >>> 0;
  }
  return [a, b];
}

function isSum([a, b]: Sum, octets: Buffer, at: number): boolean {
  return a === octets.readUInt32BE(at) && b === octets.readUInt32BE(at + 4);
}

interface LogIndex {
  /** equal to that of its log */
  readonly salt: Buffer;
  /** frames up to the newest commit */
  readonly frames: number;
}

/** `undefined` if there is no complete one, or if the database has everything in it. */
function indexBeside(log: string): LogIndex | undefined {
  const file = opened(log.replace(/-wal$/u, '-shm'));
  if (file === undefined) return undefined;
  const octets = Buffer.alloc(INDEX_OCTETS);
  try {
    if (readSync(file, octets, 0, INDEX_OCTETS, 0) < INDEX_OCTETS) return undefined;
  } finally {
    closeSync(file);
  }
  const word = (at: number) => (endianness() === 'LE' ? octets.readUInt32LE(at) : octets.readUInt32BE(at));
  const isWhole = octets.subarray(0, INDEX_HEADER).equals(octets.subarray(INDEX_HEADER, 2 * INDEX_HEADER));
  const [isInitialised, frames, backfilled] = [octets[12] === 1, word(16), word(2 * INDEX_HEADER)];
  if (!isWhole || !isInitialised || frames <= backfilled) return undefined;
  return { salt: octets.subarray(32, 40), frames };
}

/** An index may be behind its log after a power cut, never ahead: commits are synced before they get into it. */
function lacksFrames(file: number, header: Buffer, { salt, frames }: LogIndex): boolean {
  // It belongs to an earlier or later log, and says nothing about this one.
  if (!header.subarray(16, 24).equals(salt)) return false;
  let sound = 0;
  for (const _ of framesOf(file, header)) if (++sound === frames) return false;
  return true;
}

interface Frame {
  readonly page: number;
  /** pages of the database after this commit; 0: it does not end one */
  readonly total: number;
}

/** The frames of a log up to the first that is not of it, as SQLite takes them. */
function* framesOf(file: number, header: Buffer): Generator<Frame> {
  const magic = header.readUInt32BE(0);
  const salt = header.subarray(16, 24);
  const octets = Buffer.alloc(FRAME_HEADER + header.readUInt32BE(8));
  let sum: Sum = [header.readUInt32BE(24), header.readUInt32BE(28)];
  for (let at = LOG_HEADER; ; at += octets.length) {
    if (readSync(file, octets, 0, octets.length, at) < octets.length) return;
    sum = sumOf(sumOf(sum, octets.subarray(0, 8), magic), octets.subarray(FRAME_HEADER), magic);
    if (!octets.subarray(8, 16).equals(salt) || !isSum(sum, octets, 16)) return;
    yield { page: octets.readUInt32BE(0), total: octets.readUInt32BE(4) };
  }
}
