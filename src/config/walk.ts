/** Every key of the schema in order, with its path and environment variable. */
import { z } from 'zod';
import { board, boards } from './board.ts';
import { type KeyNotes, keyNotes } from './keys.ts';
import { peer, peers } from './peer.ts';
import { schema } from './schema.ts';

export interface Key extends KeyNotes {
  /** `n` stands for the number of the board or peer: `['boards', 'n', 'rgtp']` */
  readonly path: readonly string[];
  /** `RGTP_NNTP_BOARDS_n_RGTP` */
  readonly variable: string;
  /** the default as people write it; `undefined` if it depends on other keys */
  readonly preset: unknown;
}

/** Lists whose members have keys of their own. */
export const lists = ['boards', 'peers'] as const;
export const listsOf = { boards, peers } as const;
const listed = new Map<z.core.$ZodType, z.core.$ZodType>([
  [boards, board],
  [peers, peer],
]);

/** All keys. Those of a board, and of a peer, occur once, with `n` for its number. */
export const keys: readonly Key[] = [...walk(schema, [])];

function* walk(part: z.core.$ZodType, path: readonly string[]): Generator<Key> {
  const element = listed.get(part);
  if (element !== undefined) {
    yield* walk(element, [...path, 'n']);
    return;
  }
  const shape = shapeOf(part);
  if (shape !== undefined) {
    for (const [name, inner] of Object.entries(shape)) yield* walk(inner, [...path, name]);
    return;
  }
  const notes = keyNotes.get(part);
  if (notes === undefined) throw new Error(`${path.join('.')} has no notes`);
  const preset = part instanceof z.ZodPrefault ? part.def.defaultValue : undefined;
  yield { ...notes, path, variable: variableOf(path), preset };
}

function shapeOf(part: z.core.$ZodType): z.core.$ZodShape | undefined {
  if (part instanceof z.ZodPrefault) return shapeOf(part.unwrap());
  return part instanceof z.ZodObject ? part.shape : undefined;
}

/** `['limits', 'connectionsPerAddress']` → `RGTP_NNTP_LIMITS_CONNECTIONS_PER_ADDRESS`. */
export function variableOf(path: readonly (string | number)[]): string {
  const words = path.map((part) =>
    part === 'n'
      ? part
      : String(part)
          .replace(/[A-Z]/g, (capital) => `_${capital}`)
          .toUpperCase(),
  );
  return `RGTP_NNTP_${words.join('_')}`;
}

/** `['boards', 0, 'rgtp']` → `boards[0].rgtp`. */
export function nameOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>((name, part) => {
    if (typeof part === 'number' || part === 'n') return `${name}[${part}]`;
    return name === '' ? String(part) : `${name}.${String(part)}`;
  }, '');
}

/** The key at a path with real board numbers; `undefined` if the path leads to no key, or to a section. */
export function keyAt(path: readonly PropertyKey[]): Key | undefined {
  const wanted = path.map((part) => (typeof part === 'number' ? 'n' : part));
  return keys.find((key) => key.path.length === wanted.length && key.path.every((part, i) => part === wanted[i]));
}
