import { until } from '../e2e/until.ts';
import type { NntpClient } from '../support/nntp-client.ts';
import { differences, readBoard } from './board.ts';
import { type Puller, postOnce, type Soak } from './people.ts';
import { newsgroup, type Place, visit, type World } from './world.ts';

const BATCH = 50;

interface Shown {
  readonly id: string;
  readonly subject: string;
  readonly from: string;
  readonly date: string;
  readonly body: string;
}

/** What is wrong once everything has calmed down: nothing, if all is well. */
export async function verify(world: World, soak: Soak, pullers: ReadonlyMap<string, Puller>): Promise<string[]> {
  const { ledger } = soak;
  // A bridge that waits before it asks the board again asks at once after a post.
  for (const place of world.places) await until(() => postOnce(soak, place), `a last post at ${place.name}`);
  await calm(world);
  for (const puller of pullers.values()) await until(() => puller.last(), 'a last NEWNEWS');
  const shown = new Map<string, ReadonlyMap<number, Shown>>();
  for (const place of world.places) shown.set(place.name, await everything(place));
  const problems: string[] = [];
  const [first, ...others] = world.places.map(({ name }) => ({
    name,
    articles: shown.get(name) ?? new Map<number, Shown>(),
  }));
  for (const other of others) {
    if (first === undefined) break;
    for (const number of new Set([...first.articles.keys(), ...other.articles.keys()])) {
      // Each bridge keeps the Message-IDs of what was posted through it.
      const [ours, theirs] = [first, other].map(({ articles }) => withoutId(articles.get(number)));
      if (ours !== theirs) problems.push(`${number} differs: ${first.name} ${ours}; ${other.name} ${theirs}`);
    }
  }
  const board = await readBoard(world.rgtp);
  for (const [name, articles] of shown) problems.push(...differences(name, board, articles));
  for (const { name, articles } of [first, ...others].filter((one) => one !== undefined)) {
    const bodies = [...articles.values()].map(({ body }) => body.split('\n'));
    const marks = new Map<string, number>();
    for (const line of bodies.flat()) marks.set(line, (marks.get(line) ?? 0) + 1);
    for (const { id, place, mark } of ledger.acknowledged) {
      const count = marks.get(mark) ?? 0;
      if (count !== 1) problems.push(`${id}, posted at ${place}, is there ${count} times at ${name}`);
    }
    for (const { id, place, mark } of ledger.withdrawn) {
      if (marks.has(mark)) problems.push(`${id}, withdrawn at ${place}, is there at ${name}`);
    }
    const ids = new Set([...articles.values()].map(({ id }) => id));
    for (const { id, place } of ledger.acknowledged) {
      if (place === name && !ids.has(id)) problems.push(`${id}, posted at ${place}, has another id there`);
    }
    for (const id of ids) {
      if (pullers.get(name)?.found.has(id) === false) problems.push(`${id}: NEWNEWS at ${name} never told of it`);
    }
  }
  return problems;
}

function withoutId(article: Shown | undefined): string {
  return article === undefined ? 'nothing' : JSON.stringify({ ...article, id: undefined });
}

/** Waits until all bridges have the board's newest number. */
async function calm(world: World): Promise<void> {
  const highs = () =>
    Promise.all(
      world.places.map(async (place) => {
        const client = await visit(place);
        const high = Number((await client?.ask(`GROUP ${newsgroup}`))?.split(' ')[3]);
        client?.quit();
        return high;
      }),
    );
  let before = '';
  await until(
    async () => {
      const now = await highs();
      const same = now.every((high) => high === now[0]) && String(now) === before;
      before = String(now);
      return same;
    },
    () =>
      [
        `all bridges to be level: ${before}`,
        ...world.places.map(({ name, daemon }) => `${name}: ${daemon.output.slice(-3000)}`),
      ].join('\n'),
    120_000,
  );
}

async function everything(place: Place): Promise<Map<number, Shown>> {
  const client = await until(() => visit(place), `${place.name} to answer`);
  const articles = new Map<number, Shown>();
  const rows = (await client.list('OVER 1-', '224')).map((row) => row.split('\t'));
  for (let at = 0; at < rows.length; at += BATCH) {
    const batch = rows.slice(at, at + BATCH);
    client.send(...batch.map(([number]) => `BODY ${number}`));
    for (const [number = '', subject = '', from = '', date = '', id = ''] of batch) {
      const body = await bodyOf(client, number);
      articles.set(Number(number), { id, subject, from, date, body });
    }
  }
  client.quit();
  return articles;
}

async function bodyOf(client: NntpClient, number: string): Promise<string> {
  const line = await client.line();
  return line.startsWith('222') ? (await client.block()).join('\n') : `${number}: ${line}`;
}
