/** Names of files and folders in the configuration file are relative to it, as with other daemons. */
import { dirname, isAbsolute, join } from 'node:path';
import { keys, lists, nameOf } from './walk.ts';

/**
 * Resolves the names in `tree`, except those from the environment, which are relative to the current folder.
 * @param fromEnvironment names of keys: `boards[0].ca`
 */
export function besideFile<T extends { readonly [name in (typeof lists)[number]]: readonly unknown[] }>(
  tree: T,
  file: string,
  fromEnvironment: ReadonlySet<string>,
): T {
  const copy = structuredClone(tree);
  for (const key of keys) {
    if (key.kind !== 'path') continue;
    const list = lists.find((name) => name === key.path[0]);
    const numbers = list === undefined ? [0] : copy[list].keys();
    for (const number of numbers) {
      const path = key.path.map((part) => (part === 'n' ? number : part));
      if (!fromEnvironment.has(nameOf(path))) change(copy, path, (name) => beside(file, name));
    }
  }
  return copy;
}

function beside(file: string, name: string): string {
  return name === '' || isAbsolute(name) ? name : join(dirname(file), name);
}

function change(tree: object, path: readonly PropertyKey[], how: (value: string) => string): void {
  const [first = '', ...rest] = path;
  const value: unknown = Reflect.get(tree, first);
  if (rest.length === 0 && typeof value === 'string') Reflect.set(tree, first, how(value));
  else if (typeof value === 'object' && value !== null) change(value, rest, how);
}
