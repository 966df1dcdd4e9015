import { randomBytes } from 'node:crypto';
import type { BoardServer } from '../../src/board/server.ts';
import { formatTime } from '../../src/rgtp/item-format.ts';
import { clientProof } from '../../src/rgtp/proof.ts';
import { latin1 } from '../../src/wire/octets.ts';
import { Dialogue } from './dialogue.ts';
import type { Step } from './recording.ts';

/** Where our board answered otherwise than the recording says. */
export interface Difference {
  readonly command: string;
  readonly recorded: readonly string[];
  readonly ours: readonly string[];
}

/** Number and time, as cookies and index rows begin with. */
const STAMP = /(?<=^\^?)[0-9A-F]{8} [0-9A-F]{8}(?= |$)/;
const DATE = /\d\d\.\d\d on [A-Z][a-z]{2} \d\d [A-Z][a-z]{2}/;
/** A connection that the recording never opened. */
const KEPT_OPEN = '(connection stays open)';
const CLOSED = '(closed)';

/**
 * Plays a recorded session to our board. Item ids, sequence numbers, times and proofs are another board's, so ids and
 * numbers in commands are translated to ours, and ours back in the answers.
 */
export class Replayer {
  readonly #board: BoardServer;
  readonly #connections = new Map<string, Dialogue>();
  readonly #userids = new Map<string, string>();
  readonly #challenges = new Map<string, string>();
  readonly #ours = new Map<string, string>();
  readonly #theirs = new Map<string, string>();
  /** sequence number and time of a change: the recording's to ours */
  readonly #stamps = new Map<string, string>();

  constructor(board: BoardServer) {
    this.#board = board;
  }

  /** From now on `theirs`, an item id or a sequence number in hex, is our `ours`. */
  learn(theirs: string, ours: string): void {
    this.#ours.set(theirs, ours);
    this.#theirs.set(ours, theirs);
  }

  async connection(name: string): Promise<Dialogue> {
    const known = this.#connections.get(name);
    if (known !== undefined) return known;
    const made = await Dialogue.open(this.#board.address.port);
    await made.line();
    this.#connections.set(name, made);
    return made;
  }

  /** @returns undefined: answered as recorded */
  async play(step: Step): Promise<Difference | undefined> {
    if (step.opens) this.#drop(step.connection);
    const dialogue = await this.connection(step.connection);
    dialogue.write(step.sent.map((line) => this.#translate(line, step)).join(''));
    if (step.received.length === 0 || (step.elided && !/^\d{3} /.test(step.received[0] ?? ''))) {
      if (step.elided) await read(dialogue, ['250']);
      if (step.closed) this.#drop(step.connection);
      return undefined;
    }
    const raw = await read(dialogue, step.elided ? step.received.slice(0, 1) : step.received);
    for (const line of raw) if (line.startsWith('333 ')) this.#challenges.set(step.connection, line.slice(4));
    this.#learnFrom(step.received, raw);
    const ours = raw.map((line) => this.#back(line));
    const recorded = step.received.map(masked);
    if (step.closed) {
      recorded.push(CLOSED);
      // An open connection answers.
      dialogue.write('NOOP\r\n');
      const line = (await dialogue.line()) ?? CLOSED;
      ours.push(line.startsWith('200 ') ? KEPT_OPEN : line);
      this.#drop(step.connection);
    }
    const same = step.elided ? ours[0] === recorded[0] : ours.join('\n') === recorded.join('\n');
    return same ? undefined : { command: step.sent[0]?.trimEnd() ?? '', recorded, ours };
  }

  close(): void {
    for (const name of [...this.#connections.keys()]) this.#drop(name);
  }

  #drop(name: string): void {
    this.#connections.get(name)?.close();
    this.#connections.delete(name);
  }

  #translate(line: string, step: Step): string {
    const [, userid] = /^(?:user)\s+(\S+)/i.exec(line) ?? [];
    if (userid !== undefined)
      this.#userids.set(
        step.connection,
        userid.replace(/@.*/, (domain) => domain.toLowerCase()),
      );
    if (/^AUTH /.test(line) && step.received[0]?.startsWith('133')) return this.#proof(step.connection);
    return line
      .replace(/(?<=^\^?)[0-9A-F]{8} [0-9A-F]{8}/, (stamp) => this.#stamps.get(stamp) ?? stamp)
      .replace(DATE, formatTime(this.#board.store.time))
      .replace(/(?<=#)[0-9A-F]{8}\b/, (n) => this.#ours.get(n) ?? n)
      .replace(/\b[A-Z]\d{7}\b/gi, (id) => this.#ours.get(id.toUpperCase()) ?? id);
  }

  #proof(connection: string): string {
    const userid = this.#userids.get(connection) ?? '';
    const [account] = this.#board.store.users.levels(latin1(userid));
    const clientNonce = randomBytes(16);
    const serverNonce = Buffer.from(this.#challenges.get(connection) ?? '', 'hex');
    const hash = clientProof({
      userid: latin1(userid),
      secret: account?.secret ?? Buffer.alloc(0),
      clientNonce,
      serverNonce,
    });
    return `AUTH ${hash.toString('hex')} ${clientNonce.toString('hex')}\r\n`;
  }

  #learnFrom(recorded: readonly string[], ours: readonly string[]): void {
    for (const [i, line] of recorded.entries()) {
      const [, theirs] = /^(?:120|220) ([A-Z]\d{7}|[0-9A-F]{8})/.exec(line) ?? [];
      const [, mine] = /^(?:120|220) ([A-Z]\d{7}|[0-9A-F]{8})/.exec(ours[i] ?? '') ?? [];
      if (theirs !== undefined && mine !== undefined) this.learn(theirs, mine);
    }
    for (const [i, line] of recorded.entries()) {
      const [theirs] = STAMP.exec(line) ?? [];
      const [mine] = STAMP.exec(ours[i] ?? '') ?? [];
      if (theirs !== undefined && mine !== undefined) this.#stamps.set(theirs, mine);
    }
  }

  #back(line: string): string {
    const translated = line.replace(/\b(?:[A-Z]\d{7}|[0-9A-F]{8})\b/g, (word) => this.#theirs.get(word) ?? word);
    return masked(translated);
  }
}

/** Without what no two boards have in common: times and proofs. */
function masked(line: string): string {
  return line
    .replace(/^(133|333) [0-9A-F]{32}$/, '$1 …')
    .replace(/(?<=^[ +-]?\^?[0-9A-F]{8} )[0-9A-F]{8}(?= |$)/, 'TTTTTTTT')
    .replace(/(?<=Before [0-9A-F]{8} )[0-9A-F]{8}/, 'TTTTTTTT')
    .replace(DATE, 'HH.MM on Ddd DD Mon');
}

/** As many answers as the recording has. */
async function read(dialogue: Dialogue, recorded: readonly string[]): Promise<string[]> {
  const lines: string[] = [];
  for (let i = 0; i < recorded.length; i++) {
    const line = (await dialogue.line()) ?? CLOSED;
    lines.push(line);
    if (line === CLOSED) break;
    if (line.startsWith('250')) {
      for (;;) {
        const data = (await dialogue.line()) ?? CLOSED;
        lines.push(data);
        if (data === '.' || data === CLOSED) break;
      }
    }
    if (recorded[i]?.startsWith('250')) {
      const end = recorded.indexOf('.', i);
      i = end < 0 ? recorded.length : end;
    }
  }
  return lines;
}
