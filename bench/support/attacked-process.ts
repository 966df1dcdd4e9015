/** The whole server in a process of its own, for benches that attack it: how long it held its event loop, and its memory. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { StoredItem } from '../../src/board/items.ts';
import { parseItemStatus } from '../../src/rgtp/item-status.ts';
import { octetsFrom } from '../../src/wire/octets.ts';
import { openWholeServer, type WholeServer } from '../../test/support/whole-server.ts';
import { sampleBoard } from './sample.ts';

/** Since the last look. Times are ms of CPU between two turns of the event loop, so a busy machine does not count. */
export interface Look {
  readonly p99: number;
  readonly longest: number;
  /** MiB */
  readonly rss: number;
  readonly peak: number;
}

export interface AttackedServer {
  readonly newsPort: number;
  readonly boardPort: number;
  readonly httpPort: number;
  /** what starting took, with the first synchronisation */
  readonly start: Look;
  /** `collect`: garbage first */
  look(collect?: boolean): Promise<Look>;
  close(): Promise<void>;
}

export async function startAttacked(posts: number): Promise<AttackedServer> {
  const child: ChildProcess = fork(import.meta.filename, [String(posts)], {
    execArgv: ['--expose-gc', '--max-semi-space-size=8'],
  });
  const [started] = await once(child, 'message');
  return {
    ...started,
    async look(collect = false) {
      child.send(collect ? 'collect' : 'look');
      const [look] = await once(child, 'message');
      return look;
    },
    async close() {
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}

const MIB = 2 ** 20;
const REPLIES = 12;

class Meter {
  #turns: number[] = [];
  #peak = 0;
  #cpu = this.#now();

  constructor() {
    const turn = () => {
      const now = this.#now();
      this.#turns.push(now - this.#cpu);
      this.#cpu = now;
      this.#peak = Math.max(this.#peak, process.memoryUsage.rss());
      setTimeout(turn, 2);
    };
    turn();
  }

  #now(): number {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1000;
  }

  look(): Look {
    const sorted = this.#turns.splice(0).sort((a, b) => a - b);
    const rss = process.memoryUsage.rss();
    const look = {
      p99: sorted[Math.floor(sorted.length * 0.99)] ?? 0,
      longest: sorted.at(-1) ?? 0,
      rss: rss / MIB,
      peak: Math.max(this.#peak, rss) / MIB,
    };
    this.#peak = 0;
    return look;
  }
}

function stored(id: string, lines: readonly string[]): StoredItem {
  const octetsOf = (text: string) => octetsFrom(Buffer.from(text, 'latin1'));
  const status = parseItemStatus(octetsOf(lines[0] ?? ''));
  return { ...status, id, text: octetsOf(`${lines.slice(1).join('\n')}\n`) };
}

if (process.send !== undefined && process.argv[1] === import.meta.filename) {
  const { rows, items } = sampleBoard(Math.ceil(Number(process.argv[2]) / (REPLIES + 1)), REPLIES);
  let meter: Meter | undefined;
  const server: WholeServer = await openWholeServer({
    settings: {
      EMBEDDED_GUESTS: 'post',
      EMBEDDED_CONNECTIONS_PER_ADDRESS: '2000',
      LIMITS_CONNECTIONS_PER_ADDRESS: '2000',
    },
    async fill(store) {
      const all = [...items];
      for (let at = 0; at < all.length; at += 500) {
        await store.commit(() => {
          for (const [id, lines] of all.slice(at, at + 500)) store.items.write(stored(id, lines));
          for (const row of rows.slice(at * (REPLIES + 1), (at + 500) * (REPLIES + 1))) {
            store.index.append(octetsFrom(Buffer.from(row, 'latin1')));
          }
        });
      }
      await store.commit(() => {
        store.state.nextSequence = rows.length + 1;
      });
      meter = new Meter();
    },
  });
  const { newsPort, boardPort, httpPort } = server;
  process.on('message', (message) => {
    if (message === 'collect') for (let round = 0; round < 2; round++) globalThis.gc?.();
    // The collection's own turn belongs to nobody.
    setTimeout(() => process.send?.(meter?.look()), message === 'collect' ? 100 : 0);
  });
  process.once('disconnect', () => process.exit());
  process.send({ newsPort, boardPort, httpPort, start: meter?.look() });
}
