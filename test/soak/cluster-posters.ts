/** People who post through whatever bridge there is, and what they must find when they come again. */
import { setTimeout as pause } from 'node:timers/promises';
import { type Cluster, type ClusterBridge, DOMAIN, NEWSGROUP } from '../support/cluster.ts';
import type { NntpClient } from '../support/nntp-client.ts';

/** ms between tries, while nothing is there */
const PAUSE = 100;
const CHECKED = 3;
/** Every so many posts one is sent to two bridges at the same moment. */
const TWINS = 8;
/** ms without an answer after which a newsreader gives up */
const PATIENCE = 60_000;

export class Posters {
  readonly acknowledged = new Map<string, number>();
  readonly violations: string[] = [];
  readonly answers = new Map<string, number>();
  readonly #cluster: Cluster;
  readonly #random: () => number;
  readonly #posts: number;
  /** never ends before so many kills, either */
  readonly #enough: () => boolean;
  #next = 0;

  constructor(cluster: Cluster, random: () => number, posts: number, enough: () => boolean) {
    this.#cluster = cluster;
    this.#random = random;
    this.#posts = posts;
    this.#enough = enough;
  }

  async run(people: number): Promise<void> {
    await Promise.all(Array.from({ length: people }, () => this.#person()));
  }

  async #person(): Promise<void> {
    while (this.#next < this.#posts || !this.#enough()) {
      const id = `<fault.${this.#next++}@client.example>`;
      // One of them is the first; the other's answer says that it knows, or that it can't tell yet.
      if (this.#next % TWINS === 0) await Promise.all([this.#post(id), this.#post(id)]);
      else await this.#post(id);
    }
  }

  async #post(id: string): Promise<void> {
    for (;;) {
      const client = await this.#connected();
      const given = setTimeout(() => client.close(), PATIENCE);
      try {
        const answer = await client.post(article(id, this.#random() < 0.5 ? this.#known() : undefined));
        this.#count(answer);
        if (!/^(240|441 435)/.test(answer)) continue;
        const number = await this.#numberOf(client, id, answer);
        const before = this.acknowledged.get(id);
        if (before !== undefined && before !== number) this.violations.push(`${id} is ${before}, then ${number}`);
        this.acknowledged.set(id, number);
        return;
      } catch {
        this.#count('no answer');
      } finally {
        clearTimeout(given);
        client.close();
        await pause(PAUSE * this.#random());
      }
    }
  }

  /** Its article number here. A duplicate may be one that is still on its way. */
  async #numberOf(client: NntpClient, id: string, answer: string): Promise<number> {
    for (;;) {
      await client.ask(`GROUP ${NEWSGROUP}`);
      const head = await client.ask(`HEAD ${id}`);
      if (head.startsWith('221')) {
        const lines = await client.block();
        const number = lines
          .find((line) => line.startsWith('Xref: '))
          ?.split(':')
          .at(-1);
        return Number(number);
      }
      // A bridge that is cut off may not be able to tell yet, but must not deny it.
      if (answer.startsWith('240') && !head.startsWith('403'))
        this.violations.push(`${id} was answered 240, and then: ${head}`);
      await pause(PAUSE);
    }
  }

  /** On any bridge; what was acknowledged before is there, under its number. */
  async #connected(): Promise<NntpClient> {
    for (;;) {
      const client = await this.#cluster.connect(this.#any()).catch(() => undefined);
      if (client === undefined) {
        await pause(PAUSE);
        continue;
      }
      try {
        await this.#check(client);
        return client;
      } catch {
        client.close();
      }
    }
  }

  async #check(client: NntpClient): Promise<void> {
    const known = [...this.acknowledged];
    for (let n = 0; n < Math.min(CHECKED, known.length); n++) {
      const [id, number] = known[Math.floor(this.#random() * known.length)] ?? ['', 0];
      const answer = await client.ask(`STAT ${number}`);
      if (answer.startsWith(`223 ${number} ${id}`)) continue;
      // What another bridge has just acknowledged may take a tenth of a second.
      await pause(1_000);
      const later = await client.ask(`STAT ${number}`);
      if (!later.startsWith(`223 ${number} ${id}`) && !later.startsWith('403'))
        this.violations.push(`${number} is not ${id}: ${answer}, ${later}`);
    }
    const last = await client.ask(`GROUP ${NEWSGROUP}`);
    const [, count, , high = ''] = last.split(' ');
    if (count === '0') return;
    for (const line of await client.list(`HDR Message-ID ${Math.max(1, Number(high) - 20)}-`)) {
      // Everybody posts here: the welcome alone has an id that the bridge made.
      if (line.endsWith(`@${DOMAIN}>`) && Number(line.split(' ')[0]) > 2) this.violations.push(`shown: ${line}`);
    }
  }

  #any(): ClusterBridge {
    const { bridges } = this.#cluster;
    const chosen = bridges[Math.floor(this.#random() * bridges.length)];
    if (chosen === undefined) throw new Error('no bridge');
    return chosen;
  }

  #known(): string | undefined {
    const ids = [...this.acknowledged.keys()];
    return ids[Math.floor(this.#random() * ids.length)];
  }

  #count(answer: string): void {
    const key = answer.replaceAll(/<[^>]*>|\d{4,}/g, '…').slice(0, 60);
    this.answers.set(key, (this.answers.get(key) ?? 0) + 1);
  }
}

function article(id: string, parent: string | undefined): string[] {
  return [
    'From: Ann <ann@rgtp.test>',
    `Newsgroups: ${NEWSGROUP}`,
    `Subject: ${id.slice(1, -1)}`,
    `Message-ID: ${id}`,
    ...(parent === undefined ? [] : [`References: ${parent}`]),
    '',
    `mark-${id.slice(1, id.indexOf('@'))}`,
  ];
}
