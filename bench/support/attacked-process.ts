/**
 * The whole server in a process of its own, for benches that attack it: how long it held its event loop, and its
 * memory.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import type { StoredItem } from '../../src/board/items.ts';
import type { BoardStore } from '../../src/board/store.ts';
import { formatHex32 } from '../../src/rgtp/hex.ts';
import { parseItemStatus } from '../../src/rgtp/item-status.ts';
import { ascii, octets, octetsFrom } from '../../src/wire/octets.ts';
import { openWholeServer, type WholeServer } from '../../test/support/whole-server.ts';
import { held, ReaderMeter, type Waiting } from './reader-meter.ts';
import { sampleBoard } from './sample.ts';
import { TurnMeter, type Turns } from './turns.ts';

/** Since the last look. */
export interface Look extends Turns, Waiting {
  /** MiB */
  readonly rss: number;
  readonly peak: number;
}

export interface AttackedOptions {
  readonly posts: number;
  /** entries of the edit log */
  readonly edits?: number;
  /** KiB of diffs of the first item, and as many of the index */
  readonly diffs?: number;
  readonly users?: number;
  /** a newsreader reads this newsgroup all the while */
  readonly reads?: string;
  /** says what held the loop, and slows it down */
  readonly profiled?: boolean;
  /** as environment variables without `RGTP_NNTP_` */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface AttackedServer {
  readonly newsPort: number;
  /** of every listener, in the order of the setting */
  readonly newsPorts: readonly number[];
  readonly boardPort: number;
  readonly httpPort: number;
  /** of an item with many diffs */
  readonly itemId: string;
  /** what starting took, with the first synchronisation */
  readonly start: Look;
  /** `collect`: garbage first, before memory is read */
  look(collect?: boolean): Promise<Look>;
  /** what the server itself does: see `tasks` */
  run(task: keyof typeof tasks): Promise<void>;
  close(): Promise<void>;
}

export async function startAttacked(options: AttackedOptions): Promise<AttackedServer> {
  const child: ChildProcess = fork(import.meta.filename, [JSON.stringify(options)], {
    // As the service starts it, and `src/main.ts` goes on.
    execArgv: [
      '--expose-gc',
      '--max-semi-space-size=4',
      '--heap-growing-percent=25',
      '--no-separate-gc-phases',
      '--no-allocation-site-pretenuring',
    ],
    env: { ...process.env, MALLOC_ARENA_MAX: '2', MALLOC_TRIM_THRESHOLD_: '131072', MALLOC_MMAP_THRESHOLD_: '32768' },
  });
  const ask = async (message: string) => {
    child.send(message);
    const [answer] = await once(child, 'message');
    return answer;
  };
  const [started] = await once(child, 'message');
  return {
    ...started,
    look: (collect = false) => ask(collect ? 'collect' : 'look'),
    run: ask,
    async close() {
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}

const MIB = 2 ** 20;
const REPLIES = 12;
const AT_ONCE = 500;
/** ms that finalizers get after a collection */
const SETTLING = 100;

function stored(id: string, lines: readonly string[]): StoredItem {
  const octetsOf = (text: string) => octetsFrom(Buffer.from(text, 'latin1'));
  const status = parseItemStatus(octetsOf(lines[0] ?? ''));
  return { ...status, id, text: octetsOf(`${lines.slice(1).join('\n')}\n`) };
}

/** Returns the id of the first item. */
async function fill(store: BoardStore, { posts, edits = 0, diffs = 0, users = 0 }: AttackedOptions): Promise<string> {
  const count = Math.ceil(posts / (REPLIES + 1));
  let first = '';
  for (let from = 0; from < count; from += AT_ONCE) {
    const { rows, items } = sampleBoard(Math.min(AT_ONCE, count - from), REPLIES, from);
    first ||= [...items.keys()][0] ?? '';
    await store.commit(() => {
      for (const [id, lines] of items) store.items.write(stored(id, lines));
      for (const row of rows) store.index.append(octetsFrom(Buffer.from(row, 'latin1')));
    });
  }
  const line = octets`-${ascii('y'.repeat(78))}\n`;
  await store.commit(() => {
    store.state.nextSequence = count * (REPLIES + 1) + 1;
    for (let n = 0; n < edits; n++) {
      store.editLog.append(
        store.time,
        octets`Item ${ascii(first)} edited by editor at 12.00 on Mon  1 Jan (#${formatHex32(n + 2)}):\nspelling of entry ${n}\n\n`,
      );
    }
    for (const item of [first, undefined]) {
      for (let n = 0; n < diffs / 8; n++) store.diffs.append(item, store.time, ascii(line.repeat(104)));
    }
    for (let n = 0; n < users; n++) {
      const facts = { level: 2, confirmed: true, waiting: false, disabled: false, lastUsed: store.time } as const;
      store.users.put({ ...facts, userid: octets`user${n}@users.example`, secret: Buffer.alloc(16, n) });
    }
  });
  return first;
}

/** Work that an operator or a timer starts. */
const tasks = {
  /** the copy that `backup` makes beside a server, here in the server's process */
  async copy() {
    const folder = mkdtempSync(join(tmpdir(), 'copy-'));
    const source = new DatabaseSync(boardPath, { readOnly: true });
    await backup(source, join(folder, 'board.sqlite'), { rate: 256 });
    source.close();
    await rm(folder, { recursive: true });
  },
} as const satisfies Record<string, () => Promise<void>>;

let boardPath = '';

if (process.send !== undefined && process.argv[1] === import.meta.filename) {
  // What `startAttacked` was given.
  const options = JSON.parse(process.argv[2] ?? '') as AttackedOptions;
  const say = (answer: unknown) => process.send?.(answer);
  let meter: TurnMeter | undefined;
  let reader: ReaderMeter | undefined;
  let peak = 0;
  setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 10);
  let itemId = '';
  const server: WholeServer = await openWholeServer({
    settings: {
      EMBEDDED_GUESTS: 'post',
      ...options.settings,
    },
    async fill(store) {
      boardPath = store.path;
      itemId = await fill(store, options);
      globalThis.gc?.();
      meter = await TurnMeter.start(options.profiled);
    },
  });
  const look = async (collect = false): Promise<Look> => {
    const turns = (await meter?.look()) ?? { p99: 0, longest: 0, collecting: 0, culprits: [] };
    const { waited = 0, mostHeld = held() } = reader?.look() ?? {};
    const most = Math.max(peak, process.memoryUsage.rss());
    if (collect) {
      for (let round = 0; round < 2; round++) globalThis.gc?.();
      await pause(SETTLING);
      // The collection held the loop, and the reader.
      await meter?.look();
      reader?.look();
    }
    peak = 0;
    return { ...turns, waited, mostHeld, held: held(), rss: process.memoryUsage.rss() / MIB, peak: most / MIB };
  };
  const { newsPort, newsPorts, boardPort, httpPort } = server;
  const start = await look();
  if (options.reads !== undefined) reader = new ReaderMeter(newsPort, options.reads, options.posts);
  process.on('message', (message) => {
    const task = Object.entries(tasks).find(([name]) => name === message)?.[1];
    if (task !== undefined) {
      void task().then(() => say('done'));
      return;
    }
    void look(message === 'collect').then(say);
  });
  process.once('disconnect', () => process.exit());
  say({ newsPort, newsPorts, boardPort, httpPort, itemId, start });
}
