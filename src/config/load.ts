/** Loads the configuration: defaults, then the file, then the environment, then the checks. */
import type { z } from 'zod';
import { SYSTEM_WORDS, systemCode } from '../wire/system-error.ts';
import { messageOf } from '../wire/trouble.ts';
import { checkTogether } from './check.ts';
import { closest } from './closest.ts';
import { type Config, resolved } from './config.ts';
import { readEnvironment } from './environment.ts';
import { type ConfigFile, readConfigFile } from './file.ts';
import { keyNotes } from './keys.ts';
import { ConfigError, type Problem } from './problem.ts';
import { besideFile } from './relative.ts';
import { retired } from './retired.ts';
import { schema } from './schema.ts';
import { keyAt, keys, lists, listsOf, nameOf, variableOf } from './walk.ts';

export interface ConfigSource {
  /** a YAML file; `undefined`: none */
  readonly file?: string | undefined;
  readonly environment?: NodeJS.ProcessEnv;
}

/** Where a value came from, for messages. */
type Where = (path: readonly PropertyKey[]) => string;

/** @throws ConfigError with every mistake at once */
export function loadConfig({ file, environment = {} }: ConfigSource): Config {
  const written = file === undefined ? undefined : openFile(file);
  const { values, problems } = readEnvironment(environment);
  const found: Problem[] = [...(written?.problems ?? []), ...problems];
  if (written !== undefined && written.problems.length > 0) throw new ConfigError(found);

  const tree: unknown = structuredClone(written?.values ?? {});
  const fromEnvironment = new Set<string>();
  for (const { path, value } of values) {
    if (place(tree, path, value)) fromEnvironment.add(nameOf(path));
  }
  const where: Where = (path) => {
    const name = nameOf(path);
    if (fromEnvironment.has(name)) return 'environment';
    return written?.where(path) ?? 'configuration';
  };
  const missing = gaps(tree, fromEnvironment);
  if (missing.length > 0) throw new ConfigError([...found, ...missing]);
  const parsed = schema.safeParse(tree);
  if (!parsed.success) {
    throw new ConfigError([...found, ...parsed.error.issues.flatMap((issue) => explain(issue, tree, where))]);
  }
  const config = resolved(file === undefined ? parsed.data : besideFile(parsed.data, file, fromEnvironment));
  found.push(...checkTogether(config).map(({ path, message }) => ({ where: where(path), message })));
  if (found.length > 0) throw new ConfigError(found);
  return config;
}

function openFile(path: string): ConfigFile {
  try {
    return readConfigFile(path);
  } catch (error) {
    throw new ConfigError([{ where: path, message: `can't be read: ${reasonOf(error)}` }]);
  }
}

function reasonOf(error: unknown): string {
  const code = systemCode(error) ?? '';
  if (code === 'EACCES') return `the user that this runs as (uid ${process.geteuid?.() ?? '?'}) may not read it`;
  return SYSTEM_WORDS[code] ?? messageOf(error);
}

/** Puts a value into the tree. `false` if something on its path is not a section, which the schema reports. */
function place(tree: unknown, path: readonly (string | number)[], value: unknown): boolean {
  let node: unknown = tree;
  for (const [i, part] of path.entries()) {
    if (typeof node !== 'object' || node === null) return false;
    const last = i === path.length - 1;
    const inner: unknown = Reflect.get(node, part);
    const next = last ? value : (inner ?? (typeof path[i + 1] === 'number' ? [] : {}));
    Reflect.set(node, part, next);
    node = next;
  }
  return true;
}

/** Reports boards and peers from the environment alone whose numbers leave a gap after the last one. */
function gaps(tree: unknown, fromEnvironment: ReadonlySet<string>): Problem[] {
  return lists.flatMap((list) => gapsIn(list, tree, fromEnvironment));
}

function gapsIn(list: (typeof lists)[number], tree: unknown, fromEnvironment: ReadonlySet<string>): Problem[] {
  const members: unknown = isTree(tree) ? Reflect.get(tree, list) : undefined;
  if (!Array.isArray(members)) return [];
  const hole = Array.from(members.keys()).find((n) => !(n in members));
  const numbered = new RegExp(`^${list}\\[(\\d+)\\]`);
  const beyond = [...fromEnvironment].find((name) => Number(numbered.exec(name)?.[1]) > Number(hole));
  if (hole === undefined || beyond === undefined) return [];
  const variable = variableOf(beyond.split(/[.[\]]+/).map((part) => (/^\d+$/.test(part) ? Number(part) : part)));
  const one = list.slice(0, -1);
  const message = `${variable}: there is no ${one} number ${hole}; number them from 0 without a gap`;
  return [{ where: 'environment', message }];
}

function explain(issue: z.core.$ZodIssue, tree: unknown, where: Where): Problem[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((name) => unknownKey([...issue.path, name], where));
  const key = keyAt(issue.path) ?? keyAt(issue.path.slice(0, -1));
  const path = key === undefined ? issue.path : issue.path.slice(0, key.path.length);
  const value = path.reduce<unknown>((node, part) => (isTree(node) ? Reflect.get(node, part) : undefined), tree);
  const source = where(path);
  const name =
    source === 'environment'
      ? variableOf(path.map((part) => (typeof part === 'number' ? part : String(part))))
      : nameOf(path);
  const shown = key?.secret ? 'this value' : (JSON.stringify(value) ?? 'nothing');
  if (key !== undefined)
    return [{ where: source, message: `${name}: ${shown} is not allowed; it must be ${key.allowed}` }];
  const list = lists.find((one) => one === path.at(-1));
  const allowed =
    list === undefined ? `a section with the keys ${keysUnder(path).join(', ')}` : keyNotes.get(listsOf[list])?.allowed;
  return [
    { where: source, message: `${name === '' ? 'the file' : name}: ${shown} is not allowed; it must be ${allowed}` },
  ];
}

function unknownKey(path: readonly PropertyKey[], where: Where): Problem {
  const gone = retired(nameOf(path));
  if (gone !== undefined) return { where: where(path), message: `${nameOf(path)} ${gone}` };
  const known = keysUnder(path.slice(0, -1));
  const meant = closest(String(path.at(-1)), known);
  const help = meant === undefined ? `known here: ${known.join(', ')}` : `did you mean ${meant}?`;
  return { where: where(path), message: `${nameOf(path)} is not a setting; ${help}` };
}

function keysUnder(path: readonly PropertyKey[]): string[] {
  const general = path.map((part) => (typeof part === 'number' ? 'n' : part));
  const under = keys.filter((key) => general.every((part, i) => key.path[i] === part));
  return [...new Set(under.map((key) => key.path[general.length] ?? ''))].filter((name) => name !== '');
}

function isTree(node: unknown): node is object {
  return typeof node === 'object' && node !== null;
}
