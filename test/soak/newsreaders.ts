/** People with newsreaders: who read, and who ask for news. */
import type { NntpClient } from '../support/nntp-client.ts';
import { Person, type Soak } from './person.ts';
import { newsgroup, type Place, visit } from './world.ts';

/** The sample board's articles are below this, most of them. */
const OLDEST = 1000;
const RANGE = 50;

export function leave(client: NntpClient, failed: boolean): void {
  if (failed) client.close();
  else client.quit();
}

/** Reads articles, overviews, headers and marks. */
export function reader(soak: Soak, place: Place, name: string): Promise<void> {
  const { ledger } = soak;
  const person = new Person(name, soak);
  let high = OLDEST;
  const answered = (line: string, ...codes: readonly string[]): boolean => {
    if (!codes.includes(line.slice(0, 3))) {
      if (!line.startsWith('400')) ledger.fault(`${place.name}: an answer that is none: ${line}`);
      throw new Error(line);
    }
    return line.startsWith(codes[0] ?? '');
  };
  const act = async (client: NntpClient): Promise<void> => {
    ledger.count('readings');
    const number = OLDEST + person.below(high - OLDEST + 2);
    switch (person.below(5)) {
      case 0: {
        // Of another connection an answer may arrive earlier that was given later.
        const before = ledger.highOf(place.name);
        const line = await client.ask(`GROUP ${newsgroup}`);
        if (!answered(line, '211', '403')) return;
        high = Number(line.split(' ')[3]);
        return ledger.sawHigh(place.name, high, before);
      }
      case 1: {
        const line = await client.ask(`OVER ${number}-${number + RANGE}`);
        if (!answered(line, '224', '423', '403')) return;
        for (const row of await client.block()) {
          const [n, , , , id = ''] = row.split('\t');
          ledger.sawArticle(place.name, Number(n), id);
        }
        return;
      }
      case 2:
        if (answered(await client.ask(`HDR subject ${number}-${number + RANGE}`), '225', '423', '403'))
          await client.block();
        return;
      default: {
        const line = await client.ask(`ARTICLE ${number}`);
        if (!answered(line, '220', '423', '403')) return;
        ledger.sawArticle(place.name, number, line.split(' ')[2] ?? '');
        await client.block();
      }
    }
  };
  return person.live(() => visit(place), act, leave);
}

/** A client that asks NEWNEWS again and again, from the DATE it was told before it asked last. */
export class Puller {
  /** all ids it was ever told */
  readonly found = new Set<string>();
  readonly #place: Place;
  #since = '19900101 000000';

  constructor(place: Place) {
    this.#place = place;
  }

  live(soak: Soak, name: string): Promise<void> {
    return new Person(name, soak).live(
      () => visit(this.#place),
      (client) => this.#pull(client),
      leave,
      10,
    );
  }

  /** Asks once more; undefined: no server is there. */
  async last(): Promise<true | undefined> {
    const client = await visit(this.#place);
    if (client === undefined) return undefined;
    await this.#pull(client);
    client.quit();
    return true;
  }

  async #pull(client: NntpClient): Promise<void> {
    const told = await client.ask('DATE');
    if (!told.startsWith('111')) throw new Error(told);
    const line = await client.ask(`NEWNEWS ${newsgroup} ${this.#since} GMT`);
    if (!line.startsWith('230')) return;
    for (const id of await client.block()) this.found.add(id);
    this.#since = `${told.slice(4, 12)} ${told.slice(12, 18)}`;
  }
}
