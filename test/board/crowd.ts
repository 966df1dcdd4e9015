import { expect } from 'vitest';
import { limits } from '../../src/board/limits.ts';
import type { BoardStore } from '../../src/board/store.ts';
import { verifyBoard } from '../../src/board/upkeep/verify.ts';
import { formatHex32 } from '../../src/rgtp/hex.ts';
import { parseIndexEntry } from '../../src/rgtp/index-entry.ts';
import { Dialogue } from './dialogue.ts';

/** What a board has acknowledged. */
export interface Acknowledged {
  readonly sequence: number;
  readonly itemId: string;
  readonly what: 'item' | 'reply' | 'continuation' | 'edit';
  /** a line that stands in the post */
  readonly mark: string;
}

/** Items of a crowd, newest last: where its members post. */
export class Crowd {
  readonly port: number;
  readonly acknowledged: Acknowledged[] = [];
  readonly #onAcknowledged: (one: Acknowledged) => void;
  #items: string[] = [];
  #count = 0;

  /** @param onAcknowledged called as soon as an answer is read */
  constructor(port: number, onAcknowledged: (one: Acknowledged) => void = () => {}) {
    this.port = port;
    this.#onAcknowledged = onAcknowledged;
  }

  /** Logs in without proof and posts until `enough` or the connection is gone. */
  async poster(userid: string, enough: () => boolean): Promise<void> {
    const client = await this.#member(userid);
    if (client === undefined) return;
    while (!enough() && (await this.#post(client, userid))) {}
    client.close();
  }

  /** An editor who changes whatever is newest. */
  async editor(userid: string, enough: () => boolean): Promise<void> {
    const client = await this.#member(userid);
    if (client === undefined) return;
    while (!enough() && (await this.#edit(client))) {}
    client.close();
  }

  /** Undefined: the board is gone already. */
  async #member(userid: string): Promise<Dialogue | undefined> {
    const client = await Dialogue.open(this.port).catch(() => undefined);
    await client?.line();
    const answer = await client?.ask(`USER ${userid}`);
    if (answer === undefined || answer === '(closed)') return undefined;
    if (!/^23[23]/.test(answer)) throw new Error(answer);
    return client;
  }

  async #post(client: Dialogue, userid: string): Promise<boolean> {
    const mark = `${userid} ${++this.#count}`;
    // Of 900 octets fifteen fill an item.
    if (!(await client.text(userid, mark, ...Array<string>(12).fill('x'.repeat(74)))).startsWith('350')) return false;
    const item = this.#items.at(-1);
    if (item === undefined || this.#count % 40 === 0) return this.#made(client, 'item', `NEWI ${mark}`, mark);
    const answer = await client.ask(`REPL ${item}`);
    if (answer.startsWith('220')) this.#record('reply', item, answer, mark);
    if (answer.startsWith('421')) return this.#made(client, 'continuation', `CONT ${mark}`, mark);
    return !answer.startsWith('(closed)');
  }

  async #made(client: Dialogue, what: 'item' | 'continuation', command: string, mark: string): Promise<boolean> {
    client.write(`${command}\r\n`);
    const [id, answer] = [await client.line(), await client.answer()];
    if (answer.startsWith('220') && id !== undefined) {
      this.#items.push(id.slice(4));
      this.#record(what, id.slice(4), answer, mark);
    }
    // 422: somebody else was first.
    return id !== undefined && answer !== '(closed)';
  }

  async #edit(client: Dialogue): Promise<boolean> {
    const item = this.#items.at(-1);
    if (item === undefined) return (await client.ask('NOOP')).startsWith('200');
    if ((await client.ask('EDLK')).startsWith('(closed)')) return false;
    if ((await client.ask(`EDIT ${item}`)).startsWith('250')) {
      try {
        const [, ...lines] = await client.data();
        const mark = `edited ${++this.#count}`;
        // The first line of the text is replaced by one that can be found again; dots and carets stay doubled.
        const text = lines.map((line, i) => (lines.indexOf('') + 1 === i ? mark : line));
        await client.text('status', ...text.map((line) => line.replace(/^\./, '..')));
        const answer = await client.ask('EDCF because');
        if (answer.startsWith('220')) this.#record('edit', item, answer, mark);
      } catch {
        return false;
      }
    }
    return !(await client.ask('EDUL')).startsWith('(closed)');
  }

  #record(what: Acknowledged['what'], itemId: string, answer: string, mark: string): void {
    const one = { what, itemId, sequence: Number.parseInt(answer.slice(4, 12), 16), mark };
    this.acknowledged.push(one);
    this.#onAcknowledged(one);
  }
}

/** Everything acknowledged is there, and what is there is sound. */
export function checkAcknowledged(store: BoardStore, acknowledged: readonly Acknowledged[], when = ''): void {
  const rows = store.index.rows(1, store.index.end).map(({ row }) => parseIndexEntry(row));
  const sequences = rows.filter(({ type }) => type !== 'F').map(({ sequence }) => sequence);
  expect(sequences, when).toEqual([...sequences].sort((a, b) => a - b));
  // No number is lost: nothing here leaves gaps.
  expect(sequences, when).toEqual(Array.from(sequences, (_, i) => i + 1));
  const found = new Map(rows.filter(({ type }) => type !== 'F').map((row) => [row.sequence, row]));
  for (const { sequence, itemId, what, mark } of acknowledged) {
    expect(found.get(sequence)?.itemId, when).toBe(itemId);
    const text = store.items.read(itemId)?.text ?? '';
    if (what === 'edit') continue;
    expect(text, when).toContain(`^${formatHex32(sequence)} `);
    // The first post of an item may have been edited since.
    if (what === 'reply') expect(text, when).toContain(`\n${mark}\n`);
  }
}

/** The whole board is sound, and no item is over its limit. */
export function checkSound(store: BoardStore, when = ''): void {
  const { problems, oddities } = verifyBoard(store);
  expect({ problems, oddities }, when).toEqual({ problems: [], oddities: [] });
  for (const { text } of store.items.all()) {
    // Headers do not count, nor does the mark; edits put no more in than they take out.
    const headers = text.match(/^(?:\^[0-9A-F]{8} .*|Item .*|Reply .*|Subject: .*|\[Continued in .*|)$/gm)?.length ?? 0;
    expect(text.length, when).toBeLessThan(limits.item + headers * 81);
  }
}
