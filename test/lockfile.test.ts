import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

interface Lockfile {
  readonly packages: Readonly<Record<string, { readonly optionalDependencies?: Readonly<Record<string, string>> }>>;
}

// npm writes a lockfile without the packages of other platforms where its registry lacks them, and then refuses to
// install from it ("npm ci can only install packages when … are in sync").
it('names the packages of every platform', () => {
  const text = readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8');
  // npm's own format; a wrong shape fails below.
  const { packages } = JSON.parse(text) as Lockfile;
  const optional = Object.values(packages).flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}));
  expect(optional.length).toBeGreaterThan(10);
  expect(optional.filter((name) => packages[`node_modules/${name}`] === undefined)).toEqual([]);
});
