/**
 * Recorded RGTP sessions (`test/fixtures/rgtp/*.txt`) as values. `S:` and `C:` lines are what went over the wire,
 * `S2:`/`C2:` where a recording has several connections; `#` lines are notes of who recorded it.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { latin1 } from '../../src/wire/octets.ts';
import { parseStatus, type Status } from '../../src/wire/status.ts';

const FOLDER = new URL('../fixtures/rgtp/', import.meta.url);

/** What a client sent in one go, and what came back before it sent more. The first exchange of a session is the banner: nothing sent. */
export interface Exchange {
  /** as sent: dot-stuffed, without line ends */
  readonly client: string[];
  /** as received, likewise */
  readonly server: string[];
  /** notes that stand before, between or after these lines */
  readonly notes: string[];
}

/** One connection. */
export interface Session {
  /** the recording it is from, e.g. `06-posting` */
  readonly file: string;
  /** empty where the recording has one connection at a time */
  readonly connection: string;
  readonly exchanges: Exchange[];
  closedByServer: boolean;
}

/** An answer: its 1xx lines, the final line, and the lines of its data block, unstuffed. */
export interface Response extends Status {
  readonly preliminary: readonly Status[];
  readonly data: readonly string[] | undefined;
}

/** The names of all recordings, without `.txt`. */
export function transcripts(): string[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.txt'))
    .map((name) => name.slice(0, -4))
    .sort();
}

/** The sessions of a recording in the order they began. */
export function readTranscript(file: string): Session[] {
  const sessions: Session[] = [];
  const open = new Map<string, Session>();
  let banners: string[] = [];
  let last: Session | undefined;
  let notes: string[] = [];
  for (const raw of readFileSync(new URL(`${file}.txt`, FOLDER), 'latin1').split('\n')) {
    const [, side, connection = '', escaped = ''] = /^([CS])([0-9]*): (.*)$/s.exec(raw) ?? [];
    if (side === undefined) {
      if (raw.includes('server closed the connection') && last !== undefined) {
        last.closedByServer = true;
        open.delete(last.connection);
      } else if (raw !== '') notes.push(raw.replace(/^# ?/, ''));
      continue;
    }
    const line = octetsOf(escaped);
    if (side === 'S' && connection === '' && BANNER.test(line)) {
      banners.push(line);
      continue;
    }
    const session = sessionFor(connection, side === 'C' && /^(?:USER|REGU)/i.test(line));
    const exchanges = session.exchanges;
    let exchange = exchanges.at(-1);
    if (exchange === undefined || (side === 'C' && exchange.server.length > 0)) {
      exchange = { client: [], server: [], notes: [] };
      exchanges.push(exchange);
    }
    exchange.notes.push(...notes);
    notes = [];
    (side === 'C' ? exchange.client : exchange.server).push(line);
    last = session;
  }
  for (const banner of banners) sessions.push(begin('', banner));
  return sessions;

  /** Banners carry no number: a connection takes the oldest when it first speaks, or speaks as one who has just connected. */
  function sessionFor(connection: string, beginning: boolean): Session {
    const known = open.get(connection);
    if (known !== undefined && (banners.length === 0 || (connection !== '' && !beginning))) return known;
    const [banner, ...later] = banners;
    banners = later;
    const session = begin(connection, banner);
    open.set(connection, session);
    sessions.push(session);
    return session;
  }

  function begin(connection: string, banner: string | undefined): Session {
    const exchanges: Exchange[] = banner === undefined ? [] : [{ client: [], server: [banner], notes: [] }];
    return { file, connection, exchanges, closedByServer: false };
  }
}

const BANNER = /^23[01] .*server ready/;

function octetsOf(text: string): string {
  return text
    .replace(/\\r\\n(?: {2}\(.*\))?$|\\n$/, '')
    .replace(/\\(?:x([0-9a-f]{2})|r|\\)/g, (match, hex: string | undefined) => {
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
      return match === '\\r' ? '\r' : '\\';
    });
}

/** Splits what a server sent into answers. A data block that the recording cuts short has no end and is left out. */
export function responses(server: readonly string[]): Response[] {
  const found: Response[] = [];
  let preliminary: Status[] = [];
  for (let i = 0; i < server.length; i++) {
    const status = parseStatus(latin1(server[i] ?? ''));
    if (status === undefined) continue;
    if (status.code < 200 && status.code !== 150) {
      preliminary.push(status);
      continue;
    }
    const end = status.code === 250 ? server.indexOf('.', i + 1) : i;
    if (end < 0) break;
    const data =
      status.code === 250 ? server.slice(i + 1, end).map((l) => (l.startsWith('.') ? l.slice(1) : l)) : undefined;
    found.push({ ...status, preliminary, data });
    preliminary = [];
    i = end;
  }
  return found;
}

/** Every command that has exactly one answer in its exchange, with the session's banner: `[command, answer]`. */
export function* commands(session: Session): Generator<{ command: string; response: Response; exchange: Exchange }> {
  for (const exchange of session.exchanges) {
    const [command, ...more] = exchange.client;
    const [response, ...others] = responses(exchange.server);
    if (command === undefined || more.length > 0 || response === undefined || others.length > 0) continue;
    yield { command, response, exchange };
  }
}
