import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const FAILURES = join(import.meta.dirname, 'failures');

/** A case that broke its target. */
export interface Failure {
  readonly target: string;
  /** number of the case; `undefined`: it came from a file */
  readonly n: number | undefined;
  /** as small as shrinking made it */
  readonly input: Uint8Array;
  readonly message: string;
  /** false: it failed once, and not again from a fresh start; the case before it may matter */
  readonly repeats: boolean;
}

/**
 * What tells one fault from another: the error's name and words without the values in them, and where it was thrown.
 */
export function signatureOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const words = error.message
    .split('\n', 1)[0]
    ?.replace(/"[^"]*"|'[^']*'|`[^`]*`/g, '…')
    .replace(/[0-9]+(?:\.[0-9]+)?/g, '0');
  const frame = /\/src\/\S+?:\d+/.exec(error.stack ?? '')?.[0] ?? '';
  return `${error.name}: ${words} ${frame}`;
}

/** Writes the input and a report into files. Says where they are, and how to run the case again. */
export function keepFailure({ target, n, input, message, repeats }: Failure, seed: string): string {
  mkdirSync(FAILURES, { recursive: true });
  const name = `${target}-${createHash('sha256').update(input).digest('hex').slice(0, 12)}`;
  const file = join(FAILURES, name);
  const shown = relative(process.cwd(), file);
  const again = `npm run fuzz -- --target ${target} --case ${shown}`;
  const history = `It did not fail again on its own: npm run fuzz -- --target ${target} --seed ${seed} --to ${n}`;
  const story = `${message}\n\n${again}\n${repeats || n === undefined ? '' : `${history}\n`}`;
  writeFileSync(file, input);
  writeFileSync(`${file}.txt`, `case ${n ?? '-'} of seed ${seed}\n${story}`);
  return story;
}
