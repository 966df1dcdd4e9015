import { setTimeout as pause } from 'node:timers/promises';
import { sampleBoard } from '../e2e/sample-board.ts';
import type { NntpClient } from '../support/nntp-client.ts';
import type { Ledger } from './ledger.ts';
import { newsgroup, type Place, visit } from './world.ts';

/** ms between two actions of a person, at most */
const PACE = 40;
const AWAY = 200;
const OLDEST = 1000;

export interface Soak {
  readonly ledger: Ledger;
  readonly random: () => number;
  /** people finish what they are at, and go */
  over(): boolean;
}

const below = (random: () => number, limit: number) => Math.floor(random() * limit);

function loginOf(user: string): readonly [string, string] {
  return [user, sampleBoard.users[user] ?? ''];
}

/** Connects again and again, and does `act` until the connection or the soak is over. */
async function live(
  soak: Soak,
  place: Place,
  login: readonly [string, string] | undefined,
  act: (client: NntpClient) => Promise<void>,
): Promise<void> {
  while (!soak.over()) {
    const client = await visit(place, login);
    if (client === undefined) {
      await pause(AWAY);
      continue;
    }
    soak.ledger.count('visits');
    try {
      // People come and go.
      for (let n = below(soak.random, 200); n >= 0 && !soak.over(); n--) {
        await act(client);
        await pause(below(soak.random, PACE));
      }
      client.quit();
    } catch {
      // The server ended, or what it said was none of the answers: `act` has told the ledger.
      client.close();
    }
  }
}

export function reader(soak: Soak, place: Place): Promise<void> {
  const { ledger, random } = soak;
  let high = OLDEST;
  const answered = (line: string, ...codes: readonly string[]): boolean => {
    if (!codes.includes(line.slice(0, 3))) {
      if (!line.startsWith('400')) ledger.fault(`${place.name}: an answer that is none: ${line}`);
      throw new Error(line);
    }
    return line.startsWith(codes[0] ?? '');
  };
  return live(soak, place, undefined, async (client) => {
    ledger.count('readings');
    const number = OLDEST + below(random, high - OLDEST + 2);
    switch (below(random, 5)) {
      case 0: {
        // Of another connection an answer may arrive earlier that was given later.
        const before = ledger.highOf(place.name);
        const line = await client.ask(`GROUP ${newsgroup}`);
        if (!answered(line, '211', '403')) return;
        high = Number(line.split(' ')[3]);
        return ledger.sawHigh(place.name, high, before);
      }
      case 1: {
        const line = await client.ask(`OVER ${number}-${number + 50}`);
        if (!answered(line, '224', '423', '403')) return;
        for (const row of await client.block()) {
          const [n, , , , id = ''] = row.split('\t');
          ledger.sawArticle(place.name, Number(n), id);
        }
        return;
      }
      case 2:
        if (answered(await client.ask(`HDR subject ${number}-${number + 50}`), '225', '423', '403'))
          await client.block();
        return;
      default: {
        const line = await client.ask(`ARTICLE ${number}`);
        if (!answered(line, '220', '423', '403')) return;
        ledger.sawArticle(place.name, number, line.split(' ')[2] ?? '');
        await client.block();
      }
    }
  });
}

interface Draft {
  readonly id: string;
  readonly mark: string;
  readonly lines: readonly string[];
}

let posts = 0;

function draftOf(random: () => number, parent?: string): Draft {
  const mark = `mark ${process.pid} ${++posts}`;
  const id = `<soak.${process.pid}.${posts}@client.example>`;
  const lines = [
    ...['From: Ann <ann@rgtp.test>', `Newsgroups: ${newsgroup}`, `Message-ID: ${id}`],
    ...(parent === undefined ? [`Subject: soaking ${posts}`] : ['Subject: Re: soaking', `References: ${parent}`]),
    ...['', mark, ...Array<string>(below(random, 12)).fill('It has been raining since the morning.')],
  ];
  return { id, mark, lines };
}

/** The draft's id, once it is on the board. */
async function send({ ledger }: Soak, place: Place, client: NntpClient, draft: Draft): Promise<string | undefined> {
  ledger.count('attempts to post');
  const answer = await client.post(draft.lines);
  if (/^(240|441 435) /.test(answer)) {
    ledger.acknowledged.push({ id: draft.id, place: place.name, mark: draft.mark });
    return draft.id;
  }
  ledger.count(`refused: ${answer.slice(0, 60)}`);
  return undefined;
}

/** Posts; where no answer comes, again with the same Message-ID, until there is one. */
export function poster(soak: Soak, place: Place): Promise<void> {
  const { random } = soak;
  let draft: Draft | undefined;
  let parent: string | undefined;
  return live(soak, place, loginOf('ann@rgtp.test'), async (client) => {
    draft ??= draftOf(random, random() < 0.8 ? parent : undefined);
    const posted = await send(soak, place, client, draft);
    if (posted === undefined) return pause(AWAY);
    parent = posted;
    draft = undefined;
  });
}

/** One post by somebody who comes for it; undefined: not now. */
export async function postOnce(soak: Soak, place: Place): Promise<string | undefined> {
  const client = await visit(place, loginOf('ann@rgtp.test'));
  const posted = client && (await send(soak, place, client, draftOf(soak.random)));
  client?.quit();
  return posted;
}

/** Posts, changes what it posted, and withdraws it. */
export function editor(soak: Soak, place: Place): Promise<void> {
  const { ledger, random } = soak;
  return live(soak, place, loginOf('ed@rgtp.test'), async (client) => {
    const mark = `mark ${process.pid} ${++posts} of an editor`;
    const id = `<soak.${process.pid}.${posts}@client.example>`;
    const head = ['From: Ed <ed@rgtp.test>', `Newsgroups: ${newsgroup}`, `Subject: to be edited ${posts}`];
    if (!(await client.post([...head, `Message-ID: ${id}`, '', mark])).startsWith('240')) return;
    if (random() < 0.5) {
      const answer = await client.post([...head, `Supersedes: ${id}`, 'X-RGTP-Reason: soaking', '', `${mark}, edited`]);
      ledger.count(`edits: ${answer.slice(0, 3)}`);
    } else {
      const cancel = [...head, `Control: cancel ${id}`, 'X-RGTP-Reason: soaking', '', 'Gone.'];
      const answer = await client.post(cancel);
      ledger.count(`withdrawals: ${answer.slice(0, 3)}`);
      if (answer.startsWith('240')) ledger.withdrawn.push({ id, place: place.name, mark });
    }
    await pause(AWAY * 5);
  });
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

  live(soak: Soak): Promise<void> {
    return live(soak, this.#place, undefined, async (client) => {
      await this.#pull(client);
      await pause(AWAY);
    });
  }

  /** Once more; undefined: nobody is there. */
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
