/** A YAML file as a tree of values that knows the line of each key. */
import { readFileSync } from 'node:fs';
import { isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { Problem } from './problem.ts';
import { yamlProblem } from './yaml-words.ts';

export interface ConfigFile {
  readonly path: string;
  /** without empty values (`tls:` with nothing after it) */
  readonly values: unknown;
  readonly problems: readonly Problem[];
  /** `file:line` of a key's value, or of the nearest node around it */
  where(path: readonly PropertyKey[]): string;
}

/** Mistakes in the YAML come as problems. @throws what `readFileSync` throws */
export function readConfigFile(path: string): ConfigFile {
  const lines = new LineCounter();
  const text = readFileSync(path, 'utf8');
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' });
  const problems = document.errors.map(({ code, pos }) => ({
    where: `${path}:${lines.linePos(pos[0]).line}`,
    message: yamlProblem(code, text, pos[0]),
  }));
  const values = problems.length === 0 ? withoutNulls(document.toJS()) : undefined;
  return {
    path,
    values,
    problems,
    where(keyPath) {
      const offset = offsetOf(document.contents, keyPath);
      return offset === undefined ? path : `${path}:${lines.linePos(offset).line}`;
    },
  };
}

function offsetOf(node: unknown, path: readonly PropertyKey[]): number | undefined {
  const [first, ...rest] = path;
  if (first !== undefined && isMap(node)) {
    const pair = node.items.find(({ key }) => (isScalar(key) ? key.value : key) === first);
    if (pair !== undefined) return offsetOf(pair.value, rest) ?? offsetOf(pair.key, []);
  }
  if (typeof first === 'number' && isSeq(node) && first in node.items) return offsetOf(node.items[first], rest);
  return isMap(node) || isSeq(node) || isScalar(node) ? (node.range?.[0] ?? undefined) : undefined;
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value ?? undefined;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== null)
      .map(([key, inner]) => [key, withoutNulls(inner)]),
  );
}
