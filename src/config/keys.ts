/**
 * Configuration keys: each is a zod schema with a default, and notes for people. The tables of docs/configuration.md, the environment
 * variables and the error messages are generated from them.
 */
import { z } from 'zod';

export interface KeyNotes {
  /** one sentence for the table, Markdown */
  readonly meaning: string;
  /** continues "must be" */
  readonly allowed: string;
  /** how an environment variable's text becomes a value */
  readonly kind: 'text' | 'path' | 'number' | 'boolean' | 'list' | 'lines';
  /** describes a default that depends on other keys or the system */
  readonly usually?: string;
  /** not shown, even in error messages */
  readonly secret?: true;
}

export const keyNotes = z.registry<KeyNotes>();

type Noted = Omit<KeyNotes, 'allowed' | 'kind'> & { readonly allowed?: string };

/** A group of keys. Unknown keys are errors. */
export function section<T extends z.core.$ZodLooseShape>(shape: T) {
  return z.strictObject(shape).prefault({} as never); // every key has a default, so nothing is a complete section
}

/** Free text. */
export function text(preset: string, notes: Noted & { pattern?: RegExp }) {
  const { pattern = /^[^\r\n\0]*$/, allowed = 'text on one line', ...rest } = notes;
  return z
    .string()
    .regex(pattern)
    .prefault(preset)
    .register(keyNotes, { ...rest, allowed, kind: 'text' });
}

/** The name of a file or folder. One in the configuration file is relative to that file's folder. */
export function path(preset: string, notes: Noted & { readonly of: 'file' | 'folder' }) {
  const { of, ...rest } = notes;
  return (
    z
      .string()
      // U+FFFD stands for what is not UTF-8: it names another file than the one that was meant.
      .regex(/^[^\r\n\0\uFFFD]*$/)
      .prefault(preset)
      .register(keyNotes, { ...rest, allowed: `the name of a ${of}`, kind: 'path' })
  );
}

/** Text whose default depends on other keys (see `usually`). */
export function maybeText(notes: Noted & { usually: string; pattern?: RegExp }) {
  const { pattern = /^[^\r\n\0]+$/, allowed = 'text on one line', ...rest } = notes;
  return z
    .string()
    .regex(pattern)
    .optional()
    .register(keyNotes, { ...rest, allowed, kind: 'text' });
}

/** Yes or no. */
export function flag(preset: boolean, notes: Noted) {
  return z
    .boolean()
    .prefault(preset)
    .register(keyNotes, { allowed: 'true or false', ...notes, kind: 'boolean' });
}

/** One of a few words. */
export function choice<const T extends readonly [string, ...string[]]>(words: T, preset: T[number], notes: Noted) {
  const allowed = `one of ${words.join(', ')}`;
  const schema: z.ZodType<T[number], T[number]> = z.enum(words);
  return schema.prefault(preset).register(keyNotes, { allowed, ...notes, kind: 'text' });
}

/** Lines of text. In the environment: one variable with line breaks. */
export function lines(notes: Noted & { readonly allowed: string }) {
  return z
    .array(z.string().regex(/^[^\r\n\0]+$/))
    .max(1000)
    .prefault([])
    .register(keyNotes, { ...notes, kind: 'lines' });
}

/** Words. In the environment: one variable, with blanks or commas between them. */
export function words(notes: Noted & { readonly allowed: string; readonly pattern: RegExp }) {
  const { pattern, ...rest } = notes;
  return z
    .preprocess((value) => (typeof value === 'string' ? [value] : value), z.array(z.string().regex(pattern)).max(1000))
    .prefault([])
    .register(keyNotes, { ...rest, kind: 'list' });
}

/** A whole number between `least` and `most`. */
export function count(preset: number, least: number, most: number, notes: Noted) {
  const allowed = `a whole number from ${least} to ${most}`;
  return z
    .int()
    .min(least)
    .max(most)
    .prefault(preset)
    .register(keyNotes, { allowed, ...notes, kind: 'number' });
}

const secondsPer: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 };

/** `15s`, `5m`, `1h`, `2d`, `250ms`, or a number of seconds. Becomes milliseconds. */
export function duration(preset: string, least: string, most: string, notes: Noted) {
  const [from, to] = [milliseconds(least) ?? 0, milliseconds(most) ?? Infinity];
  return z
    .union([z.string(), z.number()])
    .transform((value, context) => {
      const ms = milliseconds(String(value));
      if (ms !== undefined && ms >= from && ms <= to) return ms;
      context.addIssue({ code: 'custom', message: 'not a duration' });
      return z.NEVER;
    })
    .prefault(preset)
    .register(keyNotes, { allowed: `a time from ${least} to ${most}, such as 15s, 5m or 1h`, ...notes, kind: 'text' });
}

function milliseconds(value: string): number | undefined {
  const [, digits, unit = 's'] = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)?$/.exec(value.trim()) ?? [];
  return digits === undefined ? undefined : Math.round(Number(digits) * (secondsPer[unit] ?? 1) * 1000);
}

const octetsPer: Readonly<Record<string, number>> = { '': 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 };

/** `64MiB`, `2GiB`, or a number of octets. Becomes octets. */
export function size(preset: string, least: string, most: string, notes: Noted) {
  return sizeBetween(least, most)
    .prefault(preset)
    .register(keyNotes, { allowed: sizesAllowed(least, most), ...notes, kind: 'text' });
}

/** A size whose default depends on the machine (see `usually`). */
export function maybeSize(least: string, most: string, notes: Noted & { usually: string }) {
  return sizeBetween(least, most)
    .optional()
    .register(keyNotes, { allowed: sizesAllowed(least, most), ...notes, kind: 'text' });
}

const sizesAllowed = (least: string, most: string) => `a size from ${least} to ${most}, such as 64MiB`;

function sizeBetween(least: string, most: string) {
  const [from, to] = [octets(least) ?? 0, octets(most) ?? Infinity];
  return z.union([z.string(), z.number()]).transform((value, context) => {
    const amount = octets(String(value));
    if (amount !== undefined && amount >= from && amount <= to) return amount;
    context.addIssue({ code: 'custom', message: 'not a size' });
    return z.NEVER;
  });
}

function octets(value: string): number | undefined {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)\s*(KiB|MiB|GiB|TiB)?$/.exec(value.trim()) ?? [];
  return digits === undefined ? undefined : Math.floor(Number(digits) * (octetsPer[unit] ?? 1));
}
