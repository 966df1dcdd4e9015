import { statSync } from 'node:fs';

/** Whether there is a file, and anything in it. */
export function holdsSomething(path: string): boolean {
  return (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0;
}
