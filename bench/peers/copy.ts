import { RawClient } from '../support/raw-client.ts';

export const NEWSGROUP = 'bench.group';

/** A newsgroup as a server sends it: octets. */
export interface Copy {
  readonly low: number;
  readonly high: number;
  /** each with its final dot, from the first number on; there is no gap */
  readonly articles: readonly Buffer[];
  /** with `<` and `>` */
  readonly ids: readonly string[];
  /** of each its line of XOVER */
  readonly overview: readonly Buffer[];
}

const END = Buffer.from('\r\n.\r\n');

/** Everything of a server's newsgroup, once it has as many articles as that. */
export async function copyOf(port: number, count: number): Promise<Copy> {
  const client = await RawClient.open(port);
  const [, articles, low, high] = (await client.kept(`GROUP ${NEWSGROUP}\r\n`))
    .toString('latin1')
    .split(' ')
    .map(Number);
  if (articles !== count || low === undefined || high !== low + count - 1) {
    client.close();
    throw new Error(`port ${port} has ${articles} articles, ${low} to ${high}, and not ${count}`);
  }
  const answers: Buffer[] = [];
  const SLICE = 1000;
  for (let first = low; first <= high; first += SLICE) {
    const numbers = Array.from({ length: Math.min(SLICE, high - first + 1) }, (_, n) => first + n);
    answers.push(...blocksOf(await client.kept(numbers.map((n) => `ARTICLE ${n}\r\n`).join(''), numbers.length)));
  }
  const [overview = Buffer.alloc(0)] = blocksOf(await client.kept(`XOVER ${low}-${high}\r\n`, 1));
  client.close();
  const lines = overview.subarray(overview.indexOf('\r\n') + 2, -3);
  return {
    low,
    high,
    articles: answers.map((answer) => answer.subarray(answer.indexOf('\r\n') + 2)),
    ids: answers.map((answer) => /<[^>]*>/.exec(answer.toString('latin1', 0, 300))?.[0] ?? ''),
    overview: linesOf(lines),
  };
}

function blocksOf(octets: Buffer): Buffer[] {
  const blocks: Buffer[] = [];
  for (let from = 0; from < octets.length; ) {
    const end = octets.indexOf(END, from) + END.length;
    blocks.push(octets.subarray(from, end));
    from = end;
  }
  return blocks;
}

function linesOf(octets: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let from = 0; from < octets.length; ) {
    const end = octets.indexOf(10, from) + 1;
    lines.push(octets.subarray(from, end));
    from = end;
  }
  return lines;
}
