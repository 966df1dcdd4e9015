import { expect } from 'vitest';

/** What patch(1) does, and as strict: every line must stand where the hunk says. */
export function patch(before: readonly string[], diff: string): string[] {
  const after: string[] = [];
  let at = 0;
  for (const line of diff.split('\n').slice(2, -1)) {
    const [, start, count] = /^@@ -(\d+)(?:,(\d+))? \+\d+(?:,\d+)? @@$/.exec(line) ?? [];
    if (start !== undefined) {
      const first = count === '0' ? Number(start) : Number(start) - 1;
      after.push(...before.slice(at, first));
      at = first;
    } else if (line.startsWith('+')) after.push(line.slice(1));
    else {
      expect(before[at++]).toBe(line.slice(1));
      if (line.startsWith(' ')) after.push(line.slice(1));
    }
  }
  return [...after, ...before.slice(at)];
}
