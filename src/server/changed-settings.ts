import type { Config } from '../config/config.ts';

/** Keys on the first level that differ. */
export function changedOf(before: Config, after: Config): string[] {
  const other = new Map<string, unknown>(Object.entries(after));
  return Object.entries(before).flatMap(([key, value]) =>
    JSON.stringify(value) === JSON.stringify(other.get(key)) ? [] : [key],
  );
}
