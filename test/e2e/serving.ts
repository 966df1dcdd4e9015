import { afterAll, beforeAll } from 'vitest';

const isDisposable = (part: unknown): part is AsyncDisposable =>
  typeof part === 'object' && part !== null && Symbol.asyncDispose in part;

/**
 * Starts something for all tests of the `describe` in which it is called, and ends it after them, the part that was made last first.
 *
 * @returns gives it to a test
 */
export function serving<T extends object>(start: () => Promise<T>): () => T {
  let made: T | undefined;
  beforeAll(async () => {
    made = await start();
  });
  afterAll(async () => {
    for (const part of Object.values(made ?? {}).reverse()) if (isDisposable(part)) await part[Symbol.asyncDispose]();
  });
  return () => {
    if (made === undefined) throw new Error('asked for before the tests begin');
    return made;
  };
}
