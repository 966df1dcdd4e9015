import { setTimeout as pause } from 'node:timers/promises';
import { sampleBoard } from '../e2e/sample-board.ts';
import { seededRandom } from '../support/random.ts';
import type { Course } from './course.ts';
import type { Ledger } from './ledger.ts';

/** ms until somebody who found nobody tries again */
const AWAY = 200;
/** Actions of one visit, at most. */
const STAY = 200;

/** What all people have in common. */
export interface Soak {
  readonly ledger: Ledger;
  readonly course: Course;
  readonly seed: number;
  /** ms between two actions of a person, at most */
  readonly pace: number;
}

/** Somebody with dice of their own: what they do does not depend on how fast others are. */
export class Person {
  readonly name: string;
  readonly soak: Soak;
  readonly random: () => number;
  #marks = 0;

  constructor(name: string, soak: Soak) {
    this.name = name;
    this.soak = soak;
    const letters = [...name].reduce((sum, letter) => (Math.imul(sum, 31) + letter.charCodeAt(0)) | 0, 7);
    this.random = seededRandom(soak.seed ^ letters);
  }

  /** a whole number below `limit` */
  below(limit: number): number {
    return Math.floor(this.random() * limit);
  }

  /** A line that nobody else writes. */
  mark(): string {
    return `mark ${this.name}.${++this.#marks}`;
  }

  /**
   * Comes again and again, and does `act` until their time is over. `slow`: how much longer than others they take.
   * A visit ends where `act` throws: it has told the ledger what was wrong, if anything was.
   */
  async live<T>(
    visit: () => Promise<T | undefined>,
    act: (at: T) => Promise<void>,
    leave: (at: T, failed: boolean) => void,
    slow = 1,
  ): Promise<void> {
    const { course, ledger, pace } = this.soak;
    let done = 0;
    while (course.goesOn(done)) {
      const at = await visit();
      if (at === undefined) {
        await pause(AWAY);
        continue;
      }
      ledger.count('visits');
      let failed = false;
      for (let n = this.below(STAY); n >= 0 && !failed && course.goesOn(done); n--) {
        await act(at).catch(() => {
          failed = true;
        });
        done++;
        course.acted();
        await pause(this.random() * pace * slow);
      }
      leave(at, failed);
    }
  }
}

/** A userid of the sample board, and its secret in hex. */
export function loginOf(user: string): readonly [user: string, secret: string] {
  return [user, sampleBoard.users[user] ?? ''];
}
