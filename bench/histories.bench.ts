/**
 * Random histories of a model board, none of which may break a promise. `HISTORIES` (200) from each start, in as many
 * processes as there are starts; `SEED` (1) gives others; `BRIDGES` (1): so many share a PostgreSQL, and are killed, cut off
 * and restarted with it. A story that breaks a promise belongs in `test/bridge/mirror/promises.test.ts`, or with several in
 * `promises-of-several.test.ts`.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { starts } from '../test/support/promises.ts';
import type { Bench, Result } from './main.ts';

const histories = process.env['HISTORIES'] ?? '200';
const seed = process.env['SEED'] ?? '1';
const bridges = process.env['BRIDGES'] ?? '1';

const bench: Bench = async () =>
  Promise.all(
    starts.map(async ([name, first]): Promise<Result> => {
      const script = join(import.meta.dirname, 'support', 'histories-process.ts');
      const { stdout } = await promisify(execFile)(process.execPath, [script, String(first), histories, seed, bridges]);
      const note = `${histories} without a broken promise, seed ${seed}, bridges: ${bridges}`;
      return { name, value: Number(stdout), unit: 'stories/s', note };
    }),
  );
export default bench;
