import { RgtpError } from '../../rgtp/errors.ts';
import type { Octets } from '../../wire/octets.ts';
import { wordsOf } from '../words.ts';
import type { PostingConnection } from './connection.ts';
import type { Deed } from './plan.ts';

/** Items continued in continuations that are continued …: more than any thread has, in case the board goes in circles. */
const MAX_STEPS = 50;

export interface Delivery {
  readonly grogname: Octets;
  readonly lines: readonly Octets[];
  /** what the continuation is to be called if the item turns out to be full */
  readonly continuationSubject: () => Octets;
  /** Writes down that the deed has changed, before the command that does it is sent. */
  readonly revise: (deed: Deed) => Promise<void>;
}

/** The command that commits a post was sent, and nobody knows whether it was executed: look before sending anything again. */
export class OutcomeUnknown extends Error {
  constructor(cause: unknown) {
    super('the connection to the board was lost while it was posting', { cause });
    this.name = 'OutcomeUnknown';
  }
}

/**
 * DATA, then NEWI, REPL or MOTS; 421 turns a reply into a continuation, 422 sends it to where the item goes on (the
 * board keeps the text meanwhile).
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
      throw new TypeError(`${deed.kind} is no post`);
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

/** Runs the command that commits. An answer says that it was not executed; anything else says nothing. */
export async function commit(command: () => Promise<{ readonly sequence: number }>): Promise<number> {
  try {
    return (await command()).sequence;
  } catch (error) {
    if (saysNo(error)) throw error;
    throw new OutcomeUnknown(error);
  }
}

/** An answer, or a refusal of our own before anything was sent. 484 may come before or after the deed, unless it says. */
function saysNo(error: unknown): boolean {
  if (!(error instanceof RgtpError) || error.kind === 'nonsense') return false;
  if (error.kind === 'internal') return /\bnothing was changed\.$/.test(wordsOf(error) ?? '');
  return error.kind !== 'unavailable' || error.code !== undefined;
}
