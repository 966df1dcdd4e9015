/** Makes the folders that data and keys are kept in, for their owner alone. */
import { mkdirSync } from 'node:fs';
import type { Config } from '../../config/schema.ts';
import { Failure } from '../failure.ts';

export function makeFolders({ data, keys }: Pick<Config, 'data' | 'keys'>): void {
  for (const [key, folder] of Object.entries({ data, keys: keys === '' ? data : keys })) {
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Failure(`the folder ${folder} can't be made: ${reason}`, `Make it, or set ${key} to another one.`);
    }
  }
}
