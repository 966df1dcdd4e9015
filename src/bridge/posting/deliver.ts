import { RgtpError } from '../../rgtp/errors.ts';
import { StoreError } from '../../store/errors.ts';
import type { Octets } from '../../wire/octets.ts';
import { Trouble } from '../../wire/trouble.ts';
import { wordsOf } from '../words.ts';
import type { PostingConnection } from './connection.ts';
import type { Deed } from './plan.ts';

/** More continuations than any thread has: a broken board may lead round in circles. */
const MAX_STEPS = 50;

export interface Delivery {
  readonly grogname: Octets;
  readonly lines: readonly Octets[];
  /** the subject of the continuation if the item turns out to be full */
  readonly continuationSubject: () => Octets;
  /** Stores the new deed before the command that performs it is sent. */
  readonly revise: (deed: Deed) => Promise<void>;
}

/** The command that commits a post was sent, but may not have been executed: look for the post before sending it again. */
export class OutcomeUnknown extends Trouble {
  constructor(cause: unknown) {
    super('the connection to the board was lost while it was posting', { cause });
    this.name = 'OutcomeUnknown';
  }
}

/**
 * DATA, then NEWI, REPL or MOTS. After 421 (full) a reply becomes a continuation; after 422 (continued) it goes to the item
 * that continues this one. The board keeps the text in the meantime.
 *
 * @returns the sequence number from 220
 * @throws RgtpError: nothing was posted. OutcomeUnknown: perhaps something was.
 */
export async function deliver(board: PostingConnection, first: Deed, delivery: Delivery): Promise<number> {
  await board.data(delivery.grogname, delivery.lines);
  let deed = first;
  for (let step = 0; ; step++) {
    try {
      return await commit(() => perform(board, deed));
    } catch (error) {
      const next = step < MAX_STEPS ? afterwards(deed, error, delivery) : undefined;
      if (next === undefined) throw error;
      deed = next;
      await delivery.revise(deed);
    }
  }
}

function perform(board: PostingConnection, deed: Deed): Promise<{ readonly sequence: number }> {
  switch (deed.kind) {
    case 'item':
      return board.newItem(deed.subject);
    case 'reply':
      return board.reply(deed.itemId);
    case 'continuation':
      return board.continue(deed.subject);
    case 'motd':
      return board.setMotd();
    default:
      throw new TypeError(`${deed.kind} is not a post`);
  }
}

function afterwards(deed: Deed, error: unknown, delivery: Delivery): Deed | undefined {
  if (!(error instanceof RgtpError)) return undefined;
  if (error.kind === 'full' && deed.kind === 'reply') {
    return { kind: 'continuation', subject: delivery.continuationSubject() };
  }
  if (error.kind === 'continued' && error.itemId !== undefined && deed.kind !== 'item') {
    return { kind: 'reply', itemId: error.itemId };
  }
  return undefined;
}

/**
 * Runs the command that commits. If the board refuses it, nothing was posted; after any other failure the outcome is
 * unknown.
 */
export async function commit(command: () => Promise<{ readonly sequence: number }>): Promise<number> {
  try {
    return (await command()).sequence;
  } catch (error) {
    if (saysNo(error)) throw error;
    throw new OutcomeUnknown(error);
  }
}

/**
 * Whether the board refused, or we did before sending anything. 484 may come before or after the deed, unless its text
 * says which.
 */
function saysNo(error: unknown): boolean {
  if (error instanceof StoreError) return true;
  if (!(error instanceof RgtpError) || error.kind === 'nonsense') return false;
  if (error.kind === 'internal') return /\bnothing was changed\.$/.test(wordsOf(error) ?? '');
  return error.kind !== 'unavailable' || error.code !== undefined;
}
