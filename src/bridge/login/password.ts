import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { Refusal } from '../../nntp/backend.ts';

/** scrypt's parameters (RFC 7914): N is 2 to the power of `ln`. */
export interface Cost {
  readonly ln: number;
  readonly r: number;
  readonly p: number;
}

/** 32 MiB and about 100 ms for each hash. */
export const COST: Cost = { ln: 15, r: 8, p: 1 };
const HASH = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;
const HASH_OCTETS = 32;
const SALT_OCTETS = 16;
/** Hashes at a time: each takes its memory, and a thread that databases and files need, too. */
const AT_ONCE = 2;
/** how many may wait; any more are refused */
const MOST_WAITING = 200;

/** A password's scrypt hash with salt and parameters, in PHC form: `$scrypt$ln=15,r=8,p=1$salt$hash`. */
export async function hashPassword(password: string, cost = COST): Promise<string> {
  const salt = randomBytes(SALT_OCTETS);
  const hash = await derive(password, salt, cost, HASH_OCTETS);
  return `$scrypt$ln=${cost.ln},r=${cost.r},p=${cost.p}$${base64(salt)}$${base64(hash)}`;
}

/**
 * Whether this is the password that was hashed; takes equally long either way. false if `stored` is no such hash.
 */
export async function checkPassword(password: string, stored: string): Promise<boolean> {
  const match = HASH.exec(stored);
  if (match === null) return false;
  const [, ln, r, p, salt = '', hash = ''] = match;
  const expected = Buffer.from(hash, 'base64');
  const cost = { ln: Number(ln), r: Number(r), p: Number(p) };
  const given = await derive(password, Buffer.from(salt, 'base64'), cost, expected.length);
  return timingSafeEqual(given, expected);
}

/** Whether this is what `hashPassword` makes. */
export function isPasswordHash(stored: string): boolean {
  return HASH.test(stored);
}

/** Takes as long as a check, for a name that does not exist: the time must not reveal which names do. */
export async function pretendToCheck(password: string, cost = COST): Promise<void> {
  await derive(password, Buffer.alloc(SALT_OCTETS), cost, HASH_OCTETS);
}

let running = 0;
const waiting: (() => void)[] = [];

async function derive(password: string, salt: Buffer, cost: Cost, length: number): Promise<Buffer> {
  if (waiting.length >= MOST_WAITING) {
    throw new Refusal('unavailable', 'too many people are logging in at the moment; please try again later');
  }
  if (running >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
  else running++;
  try {
    const N = 2 ** cost.ln;
    const options = { N, r: cost.r, p: cost.p, maxmem: 256 * N * cost.r };
    return await new Promise((resolve, reject) => {
      // NFC (in the spirit of RFC 8265): keyboards differ in how they compose letters
      scrypt(password.normalize('NFC'), salt, length, options, (error, key) => (error ? reject(error) : resolve(key)));
    });
  } finally {
    const next = waiting.shift();
    if (next === undefined) running--;
    else next();
  }
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
