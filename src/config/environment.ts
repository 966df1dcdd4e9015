/** `RGTP_NNTP_…` variables as the tree of values they stand for. */
import { closest } from './closest.ts';
import type { Problem } from './problem.ts';
import { type Key, keys } from './walk.ts';

export interface FromEnvironment {
  /** values by path, boards by number */
  readonly values: readonly { readonly path: readonly (string | number)[]; readonly value: unknown }[];
  readonly problems: readonly Problem[];
}

/** Names that are ours and no key: where the file is, and what the tests and containers set. */
const others = new Set(['RGTP_NNTP_CONFIG']);

/** What Kubernetes and Docker put into containers about a service called rgtp-nntp: nobody set these. */
const ofServices =
  /^RGTP_NNTP_(?:SERVICE_(?:HOST|PORT(?:_[A-Z0-9_]+)?)|PORT(?:_\d+_(?:TCP|UDP)(?:_(?:PROTO|PORT|ADDR))?)?)$/;

/** Reads every variable that begins with `RGTP_NNTP_`; unknown ones are problems. Empty ones count as not set. */
export function readEnvironment(environment: NodeJS.ProcessEnv): FromEnvironment {
  const values: { path: readonly (string | number)[]; value: unknown }[] = [];
  const problems: Problem[] = [];
  for (const [variable, text] of Object.entries(environment)) {
    if (!variable.startsWith('RGTP_NNTP_') || others.has(variable) || text === undefined || text === '') continue;
    if (ofServices.test(variable)) continue;
    const found = find(variable);
    if (found === undefined) {
      const meant = closest(variable, [...keys.map((key) => key.variable.replace('_n_', '_0_')), ...others]);
      problems.push({
        where: 'environment',
        message: `${variable} is no setting${meant === undefined ? '' : `; did you mean ${meant}?`}`,
      });
      continue;
    }
    values.push({ path: found.path, value: readAs(text, found.key) });
  }
  return { values, problems };
}

function find(variable: string): { key: Key; path: readonly (string | number)[] } | undefined {
  const board = /^RGTP_NNTP_BOARDS_(\d{1,2})_/.exec(variable)?.[1];
  const general = board === undefined ? variable : variable.replace(`_${board}_`, '_n_');
  const key = keys.find((candidate) => candidate.variable === general);
  if (key === undefined) return undefined;
  return { key, path: key.path.map((part) => (part === 'n' ? Number(board) : part)) };
}

/** Text as the kind of value that the key takes; what does not fit stays text, and the schema names it. */
function readAs(text: string, key: Key): unknown {
  switch (key.kind) {
    case 'text':
      return text;
    case 'number':
      return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
    case 'boolean':
      if (/^(true|yes|on|1)$/i.test(text)) return true;
      return /^(false|no|off|0)$/i.test(text) ? false : text;
    case 'lines':
      return text.split('\n').filter((line) => line !== '');
    case 'list':
      return text.split(/[\s,]+/).filter((part) => part !== '');
  }
}
