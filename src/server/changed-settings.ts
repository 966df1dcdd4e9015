import type { Config } from '../config/config.ts';

/** The top-level keys that differ. */
export function changedOf(before: Config, after: Config): string[] {
  const other = new Map<string, unknown>(Object.entries(after));
  return Object.entries(before).flatMap(([key, value]) =>
    JSON.stringify(value) === JSON.stringify(other.get(key)) ? [] : [key],
  );
}
