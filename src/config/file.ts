/** A YAML file as a tree of values that knows the line of each key. */
import { type Document, type ErrorCode, isMap, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml';
import { readSmallFile } from '../wire/small-file.ts';
import type { Problem } from './problem.ts';
import { yamlProblem } from './yaml-words.ts';

export interface ConfigFile {
  readonly path: string;
  /** empty values (`tls:` with nothing after it) are undefined */
  readonly values: unknown;
  readonly problems: readonly Problem[];
  /** `file:line` of a key's value, or of the nearest node around it */
  where(path: readonly PropertyKey[]): string;
}

/** Most mistakes in the YAML to report: a file that is no YAML at all has thousands, and finding each one's key takes time. */
const MOST = 20;

/** Mistakes in the YAML are returned as problems. @throws what `readSmallFile` throws */
export function readConfigFile(path: string): ConfigFile {
  const lines = new LineCounter();
  const text = readSmallFile(path).toString('utf8');
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' });
  const problems: Problem[] = [];
  const wrong = (at: number, code: ErrorCode) => {
    const problem = { where: `${path}:${lines.linePos(at).line}`, message: yamlProblem(code, text, at) };
    // One missing bracket is reported several times.
    if (!problems.some(({ where, message }) => where === problem.where && message === problem.message)) {
      problems.push(problem);
    }
  };
  // The parser only warns of unknown tags.
  for (const { code, pos } of [...document.errors, ...document.warnings].slice(0, MOST)) wrong(pos[0], code);
  if (problems.length === 0) checkAliases(document, (at) => wrong(at, 'BAD_ALIAS'));
  const values = problems.length === 0 ? valuesOf(document, () => wrong(0, 'RESOURCE_EXHAUSTION')) : undefined;
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

/** The parser leaves aliases of nothing, and of what contains them, to `toJS`, which throws. */
function checkAliases(document: Document, wrong: (at: number) => void): void {
  visit(document, {
    Alias(_, alias, around) {
      const node = alias.resolve(document);
      if (node === undefined || around.includes(node)) wrong(alias.range?.[0] ?? 0);
    },
  });
}

/** @param tooMuch called if aliases of aliases would fill the memory */
function valuesOf(document: Document, tooMuch: () => void): unknown {
  try {
    return withoutNulls(document.toJS());
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    tooMuch();
    return undefined;
  }
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
  // The keys stay: an unknown one is a mistake, empty or not.
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutNulls(inner)]));
}
