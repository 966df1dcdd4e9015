import { type Ascii, ascii, type Octets, octets } from '../../wire/octets.ts';
import { Trouble } from '../../wire/trouble.ts';
import type { AccessLevel } from '../access.ts';
import { checkUserid, SECRET_OCTETS } from '../users.ts';

/** What is wrong with a request, in words for the editor. */
export class UdbmError extends Trouble {
  /** whether to show the usage */
  readonly usage: boolean;
  readonly text: Octets;

  constructor(text: Octets, usage = true) {
    super(text);
    this.name = 'UdbmError';
    this.text = text;
    this.usage = usage;
  }
}

export interface Who {
  readonly userid: Octets;
  /** undefined: none given */
  readonly level: AccessLevel | undefined;
}

const PROOFS = ['none', 'md5new', 'md5'] as const;
export type Proof = (typeof PROOFS)[number];

/** The values that `-c` and `-u` set. */
export interface Values {
  readonly proof?: Proof;
  readonly disabled?: boolean;
  readonly secret?: Buffer;
  readonly newSecret?: boolean;
  readonly approve?: boolean;
  readonly lastUsed?: number;
}

export type UdbmRequest =
  | { readonly kind: 'help' }
  | { readonly kind: 'status' }
  | { readonly kind: 'list'; readonly who: readonly Who[]; readonly verbose: boolean }
  | { readonly kind: 'create' | 'update'; readonly who: Who; readonly values: Values }
  | { readonly kind: 'delete'; readonly who: Who };

const MODES = {
  '?': 'help',
  help: 'help',
  l: 'list',
  list: 'list',
  c: 'create',
  create: 'create',
  u: 'update',
  update: 'update',
  d: 'delete',
  delete: 'delete',
  s: 'status',
  status: 'status',
} as const satisfies Record<string, UdbmRequest['kind']>;

const LEVELS: readonly string[] = ['none', 'read', 'write', 'edit'] satisfies string[];
const MOST_WORDS = 19;

/** @throws UdbmError */
export function parseUdbm(args: Octets): UdbmRequest {
  const words = args.match(/"[^"]*"|\S+/g)?.map((word) => word.match(/^"(.*)"$/s)?.[1] ?? word) ?? [];
  if (words.length > MOST_WORDS) throw new UdbmError(octets`Too many arguments to UDBM.`, false);
  let mode: UdbmRequest['kind'] | undefined;
  let verbose = false;
  while (words[0]?.startsWith('-')) {
    const word = words.shift() ?? octets``;
    for (const option of optionsOf(word)) {
      if (option === 'v' || option === 'verbose') verbose = true;
      else if (option === 'q' || option === 'quiet') verbose = false;
      else {
        const named = modeOf(option, word);
        if (mode !== undefined && mode !== named)
          throw new UdbmError(octets`\`${word}' option repeated or conflicting`);
        mode = named;
      }
    }
  }
  return requestFor(mode ?? (words.length > 0 ? 'list' : undefined), words, verbose);
}

function requestFor(mode: UdbmRequest['kind'] | undefined, words: readonly Octets[], verbose: boolean): UdbmRequest {
  if (mode === undefined) throw new UdbmError(octets`no mode of operation and no userids specified`);
  if (mode === 'help' || mode === 'status') return { kind: mode };
  if (mode === 'list') return { kind: mode, who: words.map(whoFrom), verbose };
  const [first, ...more] = words;
  if (first === undefined) throw new UdbmError(octets`must say whom to ${ascii(mode)}`);
  const who = whoFrom(first);
  if (mode === 'delete') {
    if (more.length > 0) throw new UdbmError(octets`may only delete one record at once`);
    return { kind: mode, who };
  }
  return { kind: mode, who, values: valuesFrom(more) };
}

function optionsOf(word: Octets): Octets[] {
  return word.startsWith('--') ? [word.slice(2)] : [...word.slice(1)];
}

function modeOf(option: Octets, word: Octets): UdbmRequest['kind'] {
  const mode = Object.entries(MODES).find(([name]) => name === option)?.[1];
  if (mode !== undefined) return mode;
  if (option === 'secret') {
    throw new UdbmError(octets`secrets are not shown: give the user a new one with -u userid newsecret`, false);
  }
  if (option === 'f' || option === 'file') {
    throw new UdbmError(octets`--file option not available in restricted access mode`);
  }
  throw new UdbmError(octets`\`${word}' option unknown`);
}

/** `userid` or `userid/access` */
function whoFrom(word: Octets): Who {
  const slash = word.lastIndexOf('/');
  const name = slash < 0 ? word : word.slice(0, slash);
  const access = slash < 0 ? octets`` : word.slice(slash + 1);
  const checked = checkUserid(name);
  if ('wrong' in checked) throw new UdbmError(octets`Userid/access \`${name}' ${checked.wrong}`, false);
  return { userid: checked.userid, level: access === '' ? undefined : levelOf(access) };
}

function levelOf(access: Octets): AccessLevel {
  const level = LEVELS.indexOf(access);
  if (level === 0 || level === 1 || level === 2 || level === 3) return level;
  throw new UdbmError(octets`access value \`${access}' unknown`);
}

export function accessName(level: AccessLevel): Ascii {
  return ascii(LEVELS[level] ?? '');
}

function valuesFrom(words: readonly Octets[]): Values {
  let values: Values = {};
  for (const [i, word] of words.entries()) {
    if (word === 'enable' || word === 'disable') values = { ...values, disabled: word === 'disable' };
    else if (word === 'newsecret') values = { ...values, newSecret: true };
    else if (word === 'approve') values = { ...values, approve: true };
    else if (word === 'setsecret') values = { ...values, secret: secretFrom(words[i + 1]) };
    else if (word.startsWith('<') && words[i - 1] === 'setsecret') continue;
    else if (word.startsWith('ident=')) values = { ...values, proof: proofFrom(word.slice(6)) };
    else if (/^lastref=[0-9A-Fa-f]{1,8}$/.test(word))
      values = { ...values, lastUsed: Number.parseInt(word.slice(8), 16) };
    else throw new UdbmError(octets`unknown value setting \`${word}'`);
  }
  return values;
}

function proofFrom(word: Octets): Proof {
  const proof = PROOFS.find((known) => known === word);
  if (proof !== undefined) return proof;
  throw new UdbmError(octets`ident value \`${word}' unknown`);
}

function secretFrom(word: string | undefined): Buffer {
  if (!word?.startsWith('<')) throw new UdbmError(octets`new shared secret missing: setsecret <HEX`, false);
  const hex = word.slice(1);
  if (hex.length % 2 !== 0) throw new UdbmError(octets`need even number of hex digits for secret`, false);
  if (!/^[0-9A-Fa-f]+$/.test(hex)) throw new UdbmError(octets`secret contained non-hex-digit`, false);
  if (hex.length > 2 * SECRET_OCTETS) throw new UdbmError(octets`a secret has at most ${SECRET_OCTETS} octets`, false);
  return Buffer.from(hex, 'hex');
}

export const USAGE = octets`Usage:
  udbm -?|--help
  udbm [-v] -l|--list [userid[/[access]] ...]
  udbm -c|-u|--create|--update userid[/[access]] values ...
  udbm -d|--delete userid[/[access]]
  udbm -s|--status
Access:
   none read write edit; a user may have several
Values:
   ident=none|md5|md5new   what proof is asked for
   disable|enable
   newsecret               makes one and shows it
   setsecret <HEX
   approve                 approves a registration, and mails the secret
   lastref=<hex-seconds>
`;
