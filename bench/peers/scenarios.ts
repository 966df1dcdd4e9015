import type { RawClient } from '../support/raw-client.ts';
import { type Copy, NEWSGROUP } from './copy.ts';

/** What one reader does: a rate is how often it does it in a second. */
export interface Scenario {
  readonly name: string;
  /** whether it is also tried with articles that have just been asked for */
  readonly isHot?: boolean;
  /** @param numbers of the articles to ask for @returns how much it has done */
  run(server: Asked): Promise<number>;
}

export interface Asked {
  readonly client: RawClient;
  /** another connection, ready for readers */
  connect(): Promise<RawClient>;
  /** the articles to ask for, in order */
  readonly numbers: readonly number[];
  readonly copy: Copy;
}

const HOT = 200;
const ALONE = 1000;
const VISITS = 20;
const PAGE = 100;
/** ms that a run lasts: what takes less is done again until then */
export const LONGEST = 500;

/** The articles of a run: all, each once; few, again and again; or the older half and the newer one, each once. */
export function numbersOf({ low, high }: Copy, which: 'whole' | 'hot' | 'older' | 'newer'): number[] {
  const count = high - low + 1;
  const half = Math.ceil(count / 2);
  if (which === 'hot') return Array.from({ length: count }, (_, n) => high - (n % HOT));
  const all = Array.from({ length: count }, (_, n) => low + n);
  return { whole: all, older: all.slice(0, half), newer: all.slice(half) }[which];
}

/** Here and there: no two next to each other. */
const scattered = (numbers: readonly number[], count: number): number[] =>
  Array.from({ length: count }, (_, n) => numbers[(n * 7919) % numbers.length] ?? 0);

/** Does something with one after the other, for `LONGEST` at most: a server that waits for acknowledgements takes 40 ms each. */
async function inTurn(
  numbers: readonly number[],
  task: (number: number, nth: number) => Promise<void>,
): Promise<number> {
  const begun = performance.now();
  let done = 0;
  for (const number of numbers) {
    if (performance.now() - begun > LONGEST) break;
    await task(number, done++);
  }
  return done;
}

async function pipelined({ client, numbers }: Asked, command: string): Promise<number> {
  await client.blocks(numbers.map((n) => `${command} ${n}\r\n`).join(''), numbers.length);
  return numbers.length;
}

const page = (from: number, copy: Copy, size: number): string => {
  const low = Math.max(copy.low, Math.min(from, copy.high - size + 1));
  return `${low}-${Math.min(low + size - 1, copy.high)}`;
};

export const scenarios: readonly Scenario[] = [
  { name: 'ARTICLE, pipelined', isHot: true, run: (asked) => pipelined(asked, 'ARTICLE') },
  {
    name: 'ARTICLE, one at a time',
    isHot: true,
    run: ({ client, numbers }) => inTurn(scattered(numbers, ALONE), (n) => client.blocks(`ARTICLE ${n}\r\n`, 1)),
  },
  {
    name: 'ARTICLE by Message-ID',
    isHot: true,
    run: ({ client, numbers, copy }) =>
      inTurn(scattered(numbers, ALONE), (n) => client.blocks(`ARTICLE ${copy.ids[n - copy.low]}\r\n`, 1)),
  },
  { name: 'HEAD, pipelined', isHot: true, run: (asked) => pipelined(asked, 'HEAD') },
  {
    name: 'STAT, pipelined',
    async run({ client, numbers }) {
      await client.lines(numbers.map((n) => `STAT ${n}\r\n`).join(''), numbers.length);
      return numbers.length;
    },
  },
  {
    name: 'GROUP, pipelined',
    async run({ client }) {
      const times = 2000;
      await client.lines(`GROUP ${NEWSGROUP}\r\n`.repeat(times), times);
      return times;
    },
  },
  {
    name: 'XHDR of 1,000',
    run: ({ client, numbers, copy }) =>
      inTurn(scattered(numbers, 20), (n) => client.blocks(`XHDR Subject ${page(n, copy, 1000)}\r\n`, 1)),
  },
  {
    name: 'XOVER of 100',
    run: ({ client, numbers, copy }) =>
      inTurn(scattered(numbers, 200), (n) => client.blocks(`XOVER ${page(n, copy, PAGE)}\r\n`, 1)),
  },
  {
    name: 'XOVER of everything',
    async run({ client, copy }) {
      await client.blocks(`XOVER ${copy.low}-${copy.high}\r\n`, 1);
      return 1;
    },
  },
  {
    name: 'a newsreader’s visit',
    isHot: true,
    run: ({ client, numbers, copy }) =>
      inTurn(scattered(numbers, VISITS), async (n, nth) => {
        await client.lines(`GROUP ${NEWSGROUP}\r\n`, 1);
        await client.blocks(`XOVER ${page(n, copy, PAGE)}\r\n`, 1);
        for (let next = 0; next < 10; next++) {
          await client.blocks(`ARTICLE ${numbers[((nth * 10 + next) * 7919) % numbers.length]}\r\n`, 1);
        }
      }),
  },
  {
    name: 'connect, GROUP, QUIT',
    run: ({ connect, numbers }) =>
      inTurn(numbers, async () => {
        const client = await connect();
        await client.lines(`GROUP ${NEWSGROUP}\r\n`, 1);
        await client.lines('QUIT\r\n', 1);
        client.close();
      }),
  },
];
