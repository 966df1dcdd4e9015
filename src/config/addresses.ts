/** Keys that hold a network address: `nntp://[::]:119`, `rgtp://board.example.org`. */
import { z } from 'zod';
import { type KeyNotes, keyNotes } from './keys.ts';

export const defaultPort = {
  nntp: 119,
  nntps: 563,
  rgtp: 1431,
  rgtps: 1431,
  http: 9119,
  ident: 113,
  smtp: 25,
  smtps: 465,
} as const;
export type Scheme = keyof typeof defaultPort;

/** Where to listen or connect. IPv6 addresses have no brackets. */
export interface Address<S extends Scheme = Scheme> {
  readonly scheme: S;
  readonly host: string;
  readonly port: number;
}

type Noted = Omit<KeyNotes, 'allowed' | 'kind'>;

/** An address, or `off`, which becomes `undefined`. */
export function addressOrOff<S extends Scheme>(preset: string, schemes: readonly [S, ...S[]], notes: Noted) {
  return z
    .string()
    .transform((value, context) => (value === 'off' ? undefined : orIssue(parseAddress(value, schemes), context)))
    .prefault(preset)
    .register(keyNotes, { ...notes, allowed: `${shape(schemes)}, or off`, kind: 'text' });
}

/** An address, without a default. */
export function address<S extends Scheme>(schemes: readonly [S, ...S[]], notes: Noted & { readonly usually: string }) {
  return z
    .string()
    .transform((value, context) => orIssue(callable(parseAddress(value, schemes)), context))
    .register(keyNotes, { ...notes, allowed: shape(schemes), kind: 'text' });
}

/** Port 0 is only for listening: any free port. */
function callable<A extends Address>(address: A | undefined): A | undefined {
  return address?.port === 0 ? undefined : address;
}

/** An address, or `embedded`. */
export function addressOrEmbedded<S extends Scheme>(preset: string, schemes: readonly [S, ...S[]], notes: Noted) {
  return z
    .string()
    .transform((value, context) =>
      value === 'embedded' ? ('embedded' as const) : orIssue(parseAddress(value, schemes), context),
    )
    .prefault(preset)
    .register(keyNotes, { ...notes, allowed: `${shape(schemes)}, or embedded`, kind: 'text' });
}

/** An address with flags of its own: `nntp://[::]:119?proxyProtocol&cleartextAuth=false`. */
export type Listener<S extends Scheme, F extends string> = Address<S> & { readonly [flag in F]?: boolean };

/**
 * A list of addresses, each with flags of its own; a single one needs no list. Absent if the default depends on the
 * system (see `usually`).
 */
export function listeners<S extends Scheme, F extends string>(
  schemes: readonly [S, ...S[]],
  flags: readonly F[],
  notes: Noted & { usually: string },
) {
  const one = z.string().transform((value, context) => orIssue(parseListener(value, schemes, flags), context));
  return z
    .preprocess((value) => (typeof value === 'string' ? [value] : value), z.array(one).min(1).max(32).optional())
    .optional()
    .register(keyNotes, {
      ...notes,
      allowed: `${shape(schemes)}, then perhaps ?${flags.join(' or ?')}, or a list of these`,
      kind: 'list',
    });
}

function shape(schemes: readonly Scheme[]): string {
  return `${schemes.map((scheme) => `${scheme}://`).join(' or ')} and a host, and the port unless it is ${[...new Set(schemes.map((scheme) => defaultPort[scheme]))].join(' or ')}`;
}

function orIssue<T>(parsed: T | undefined, context: z.core.$RefinementCtx): T {
  if (parsed !== undefined) return parsed;
  context.addIssue({ code: 'custom', message: 'not an address' });
  return z.NEVER;
}

/** `undefined` if `value` is not an address with one of these schemes. */
export function parseAddress<S extends Scheme>(value: string, schemes: readonly S[]): Address<S> | undefined {
  const [, name, bracketed, plain, digits] =
    /^([a-z]+):\/\/(?:\[([0-9a-f:.%\w]+)\]|([^\s/:[\]@]+))(?::(\d{1,5}))?\/?$/i.exec(value.trim()) ?? [];
  const scheme = schemes.find((candidate) => candidate === name?.toLowerCase());
  const host = bracketed ?? plain;
  if (scheme === undefined || host === undefined) return undefined;
  const port = digits === undefined ? defaultPort[scheme] : Number(digits);
  return port > 65_535 ? undefined : { scheme, host, port };
}

function parseListener<S extends Scheme, F extends string>(
  value: string,
  schemes: readonly S[],
  flags: readonly F[],
): Listener<S, F> | undefined {
  const [place = '', query, ...more] = value.split('?');
  const address = parseAddress(place, schemes);
  if (address === undefined || more.length > 0) return undefined;
  const chosen = (query ?? '').split('&').filter((part) => part !== '');
  const set: { [flag in F]?: boolean } = {};
  for (const part of chosen) {
    const [name, text = 'true'] = part.split('=');
    const flag = flags.find((candidate) => candidate === name);
    if (flag === undefined || (text !== 'true' && text !== 'false')) return undefined;
    set[flag] = text === 'true';
  }
  return { ...address, ...set };
}

/** For messages: `nntp://[::]:119`. */
export function formatAddress({ scheme, host, port }: Address): string {
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
