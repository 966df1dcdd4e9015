import { until } from '../e2e/until.ts';
import type { NntpClient } from '../support/nntp-client.ts';
import { differences, readBoard } from './board.ts';
import type { Puller } from './newsreaders.ts';
import { Person, type Soak } from './person.ts';
import { postOnce } from './posters.ts';
import { newsgroup, type Place, visit, type World } from './world.ts';

const BATCH = 50;
/** ms: a busy machine */
const PATIENCE = 300_000;

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
  const last = new Person('who comes last', soak);
  // A bridge that waits before it asks the board again asks at once after a post.
  for (const place of world.places) await until(() => postOnce(last, place), `a last post at ${place.name}`, PATIENCE);
  await calm(world);
  for (const puller of pullers.values()) await until(() => puller.last(), 'a last NEWNEWS', PATIENCE);
  const board = await readBoard(world.rgtp);
  const problems: string[] = [];
  let first: { readonly name: string; readonly articles: ReadonlyMap<number, Shown> } | undefined;
  for (const place of world.places) {
    const { name } = place;
    const articles = await everything(place);
    problems.push(...differences(name, board, articles));
    problems.push(
      ...ledger.check(
        name,
        [...articles.values()].flatMap(({ body }) => body.split('\n')),
      ),
    );
    const ids = new Set([...articles.values()].map(({ id }) => id));
    for (const { article } of ledger.acknowledged) {
      if (article?.place === name && !ids.has(article.id)) problems.push(`${article.id} has another id at ${name}`);
    }
    for (const id of ids) {
      if (pullers.get(name)?.found.has(id) === false) problems.push(`${id}: NEWNEWS at ${name} never told of it`);
    }
    // Each bridge keeps the Message-IDs of what was posted through it.
    for (const number of first === undefined ? [] : new Set([...first.articles.keys(), ...articles.keys()])) {
      const [ours, theirs] = [first?.articles.get(number), articles.get(number)].map(withoutId);
      if (ours !== theirs) problems.push(`${number} differs: ${first?.name} ${ours}; ${name} ${theirs}`);
    }
    first ??= { name, articles };
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
    PATIENCE,
  );
}

async function everything(place: Place): Promise<Map<number, Shown>> {
  const client = await until(() => visit(place), `${place.name} to answer`, PATIENCE);
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
