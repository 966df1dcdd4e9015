/** Configuration keys set by `RGTP_NNTP_…` variables. */
import { closest } from './closest.ts';
import type { Problem } from './problem.ts';
import { retired } from './retired.ts';
import { type Key, keys, nameOf } from './walk.ts';

export interface FromEnvironment {
  /** boards and peers are numbered: `['boards', 0, 'rgtp']` */
  readonly values: readonly { readonly path: readonly (string | number)[]; readonly value: unknown }[];
  readonly problems: readonly Problem[];
}

/** Variables of ours that are not configuration keys. */
const others = new Set(['RGTP_NNTP_CONFIG']);

/** Variables that Kubernetes and Docker set for a service called rgtp-nntp. */
const ofServices =
  /^RGTP_NNTP_(?:SERVICE_(?:HOST|PORT(?:_[A-Z0-9_]+)?)|PORT(?:_\d+_(?:TCP|UDP)(?:_(?:PROTO|PORT|ADDR))?)?)$/;

/** Unknown variables are problems. Empty ones count as unset. */
export function readEnvironment(environment: NodeJS.ProcessEnv): FromEnvironment {
  const values: { path: readonly (string | number)[]; value: unknown }[] = [];
  const problems: Problem[] = [];
  for (const [variable, text] of Object.entries(environment)) {
    if (!variable.startsWith('RGTP_NNTP_') || others.has(variable) || text === undefined || text === '') continue;
    if (ofServices.test(variable)) continue;
    const found = find(variable);
    const gone = retiredVariable(variable);
    if (gone !== undefined) {
      problems.push({ where: 'environment', message: `${variable} ${gone}` });
      continue;
    }
    const within = keys.find((key) => key.variable.replace('_n_', '_0_').startsWith(`${variable}_`));
    if (found === undefined && within !== undefined) {
      const message = `${variable} is a section, not a setting: set its keys, such as ${within.variable.replace('_n_', '_0_')}`;
      problems.push({ where: 'environment', message });
      continue;
    }
    if (found === undefined) {
      const meant = closest(variable, [...keys.map((key) => key.variable.replace('_n_', '_0_')), ...others]);
      problems.push({
        where: 'environment',
        message: `${variable} is not a setting${meant === undefined ? '' : `; did you mean ${meant}?`}`,
      });
      continue;
    }
    values.push({ path: found.path, value: readAs(text, found.key) });
  }
  return { values, problems };
}

/** Like `retired`, for the variable of a key. */
function retiredVariable(variable: string): string | undefined {
  const parts = variable.slice('RGTP_NNTP_'.length).toLowerCase().split('_');
  return retired(nameOf(parts.map((part) => (/^\d+$/.test(part) ? Number(part) : part))));
}

function find(variable: string): { key: Key; path: readonly (string | number)[] } | undefined {
  const number = /^RGTP_NNTP_(?:BOARDS|PEERS)_(\d{1,2})_/.exec(variable)?.[1];
  const general = number === undefined ? variable : variable.replace(`_${number}_`, '_n_');
  const key = keys.find((candidate) => candidate.variable === general);
  if (key === undefined) return undefined;
  return { key, path: key.path.map((part) => (part === 'n' ? Number(number) : part)) };
}

/** Converts text to the key's kind of value. What can't be converted stays text, for the schema to report. */
function readAs(text: string, key: Key): unknown {
  switch (key.kind) {
    case 'text':
    case 'path':
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
