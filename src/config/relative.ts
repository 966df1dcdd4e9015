/** Names of files and folders in the configuration: those in its file are relative to it, as with other daemons. */
import { dirname, isAbsolute, join } from 'node:path';
import { keys, lists, nameOf } from './walk.ts';

type Listed = { readonly [name in (typeof lists)[number]]: readonly unknown[] };

/**
 * Resolves the names in `tree`, except those from the environment, which are relative to the current folder.
 * @param fromEnvironment names of keys: `boards[0].ca`
 */
export function besideFile<T extends Listed>(tree: T, file: string, fromEnvironment: ReadonlySet<string>): T {
  const copy = structuredClone(tree);
  for (const path of namingKeys(copy)) {
    if (!fromEnvironment.has(nameOf(path))) change(copy, path, (name) => beside(file, name));
  }
  return copy;
}

/** Every file and folder that a configuration names. */
export function namedIn(config: Listed): string[] {
  const values = [...namingKeys(config)].map((path) =>
    path.reduce<unknown>(
      (node, part) => (typeof node === 'object' && node ? Reflect.get(node, part) : undefined),
      config,
    ),
  );
  return values.filter((value) => typeof value === 'string').filter((name) => name !== '');
}

/** The paths of all keys that name a file or folder. */
function* namingKeys(tree: Listed): Generator<(string | number)[]> {
  for (const key of keys) {
    if (key.kind !== 'path') continue;
    const list = lists.find((name) => name === key.path[0]);
    const numbers = list === undefined ? [0] : tree[list].keys();
    for (const number of numbers) yield key.path.map((part) => (part === 'n' ? number : part));
  }
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
