/** The logins that a board accepted, kept for the time when it is away. */
import { readFileSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { RememberedProofs, type RememberedProofsOptions } from '../../../src/bridge/login/remembered-proofs.ts';
import { PermanentFile } from '../../../src/store/permanent-file.ts';
import { latin1 } from '../../../src/wire/octets.ts';

const CHEAP = { ln: 4, r: 8, p: 1 };
const DAY = 86_400_000;

let folder: string;
let path: string;
let store: PermanentFile;
let now = 1_000 * DAY;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proofs-'));
  path = join(folder, 'gossip.permanent.sqlite');
  store = PermanentFile.open(path);
  now = 1_000 * DAY;
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

type Kept = RememberedProofsOptions['permanent'];

/** The store that is open now. */
const current: Kept = {
  proof: (userid) => store.proof(userid),
  putProof: (proof, keep) => store.putProof(proof, keep),
  removeProof: (userid, hash) => store.removeProof(userid, hash),
};

function proofs(options: Partial<RememberedProofsOptions> = {}): RememberedProofs {
  return new RememberedProofs({ permanent: current, cost: CHEAP, now: () => now, ...options });
}

const login = (userid: string, secret = `${userid} secret`) => ({
  userid: latin1(userid),
  secret: Buffer.from(secret),
});
const ANN = login('ann@rgtp.test');

/** As after a restart: what only memory has is gone. */
async function restarted(options: Partial<RememberedProofsOptions> = {}): Promise<RememberedProofs> {
  await store.close();
  store = PermanentFile.open(path);
  return proofs(options);
}

test('what the board accepted last is known, with its level, also after a restart and however the userid is written', async () => {
  const first = proofs();
  await first.accepted(ANN, 2);
  for (const each of [first, await restarted()]) {
    expect(await each.check(ANN)).toBe(2);
    expect(await each.check(login('ANN@rgtp.TEST', 'ann@rgtp.test secret'))).toBe(2);
    expect(await each.check(login('ann@rgtp.test', 'another'))).toBe('wrong');
    expect(await each.check(login('bob@rgtp.test', 'ann@rgtp.test secret'))).toBe('unknown');
  }
});

test('the file has a salted scrypt hash with its parameters, and no secret', async () => {
  const same = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
  const kept = proofs();
  await kept.accepted({ userid: latin1('ann'), secret: same }, 2);
  await kept.accepted({ userid: latin1('bob'), secret: same }, 2);
  const [ann, bob] = [await store.proof('ann'), await store.proof('bob')];
  expect(ann?.hash).toMatch(/^\$scrypt\$ln=4,r=8,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  expect(ann?.hash).not.toBe(bob?.hash);
  await store.close();
  const bytes = readFileSync(path);
  expect(bytes.includes(same)).toBe(false);
  expect(bytes.toString('latin1').toLowerCase()).not.toContain(same.toString('hex'));
});

test('hashes made with other parameters still count, and those to come have the new ones', async () => {
  await proofs().accepted(ANN, 2);
  const dearer = await restarted({ cost: { ln: 5, r: 8, p: 1 } });
  expect(await dearer.check(ANN)).toBe(2);
  await (await restarted({ cost: { ln: 5, r: 8, p: 1 } })).accepted(ANN, 2);
  expect((await store.proof('ann@rgtp.test'))?.hash).toContain('ln=5');
  expect(await (await restarted()).check(ANN)).toBe(2);
});

test('a new secret takes the place of the old one, a new level that of the old', async () => {
  const kept = proofs();
  await kept.accepted(ANN, 2);
  await kept.accepted(login('ann@rgtp.test', 'newer'), 3);
  for (const each of [kept, await restarted()]) {
    expect(await each.check(ANN)).toBe('wrong');
    expect(await each.check(login('ann@rgtp.test', 'newer'))).toBe(3);
  }
  await kept.accepted(login('ann@rgtp.test', 'newer'), 1);
  expect(await (await restarted()).check(login('ann@rgtp.test', 'newer'))).toBe(1);
});

test('what the board refuses is forgotten, in this run and after a restart; a guess takes nothing away', async () => {
  const kept = proofs();
  await kept.accepted(ANN, 2);
  await kept.refused(login('ann@rgtp.test', 'a guess'));
  expect(await kept.check(ANN)).toBe(2);
  const later = await restarted();
  await later.refused(login('ann@rgtp.test', 'a guess'));
  expect(await later.check(ANN)).toBe(2);
  const last = await restarted();
  await last.refused(ANN);
  for (const each of [last, await restarted()]) expect(await each.check(ANN)).toBe('unknown');
});

test('a refusal that comes while the login is being hashed comes last', async () => {
  const kept = proofs();
  await Promise.all([kept.accepted(ANN, 2), kept.refused(ANN)]);
  expect(await kept.check(ANN)).toBe('unknown');
});

test('what the board refuses does not count, though the disk keeps it', async () => {
  const removeProof = () => Promise.reject(new Error('disk full'));
  const kept = proofs({ permanent: { ...current, removeProof } });
  await kept.accepted(ANN, 2);
  await kept.refused(ANN);
  expect(await kept.check(ANN)).toBe('unknown');
});

test('who cannot be remembered is no failure, and the earlier login does not count for them', async () => {
  let full = false;
  const putProof: Kept['putProof'] = (...put) =>
    full ? Promise.reject(new Error('disk full')) : current.putProof(...put);
  const kept = proofs({ permanent: { ...current, putProof } });
  await kept.accepted(ANN, 2);
  full = true;
  await kept.accepted(login('ann@rgtp.test', 'newer'), 2);
  expect(await kept.check(ANN)).toBe('unknown');
});

test('another process forgets it: so does this one, until the board accepts it again', async () => {
  const kept = proofs();
  await kept.accepted(ANN, 2);
  const other = PermanentFile.open(path);
  expect(await other.removeProof('ann@rgtp.test')).toBe(true);
  expect(await other.removeProof('ann@rgtp.test')).toBe(false);
  await other.close();
  expect(await kept.check(ANN)).toBe('unknown');
  await kept.accepted(ANN, 2);
  expect(await kept.check(ANN)).toBe(2);
});

test('after 90 days without the board it is forgotten; each day on which the board accepts it starts the count again', async () => {
  const kept = proofs();
  await kept.accepted(ANN, 2);
  now += 60 * DAY;
  await kept.accepted(ANN, 2);
  now += 90 * DAY;
  expect(await kept.check(ANN)).toBe(2);
  now += 1000;
  expect(await kept.check(ANN)).toBe('unknown');
  expect(await (await restarted()).check(ANN)).toBe('unknown');
  await kept.accepted(login('bob'), 2);
  expect(await store.proof('ann@rgtp.test')).toBeUndefined();
});

test('a clock that was ahead keeps nothing longer', async () => {
  now += 1_000 * DAY;
  await proofs().accepted(ANN, 2);
  now -= 1_000 * DAY;
  const kept = await restarted();
  // It starts offline, with a clock that is wrong: people read on.
  expect(await kept.check(ANN)).toBe(2);
  await kept.accepted(login('bob'), 2);
  now += 90 * DAY + 1000;
  expect(await kept.check(ANN)).toBe('unknown');
});

test('only so many are kept: those whose login was accepted last', async () => {
  const kept = proofs({ most: 3 });
  for (const userid of ['a', 'b', 'c']) {
    await kept.accepted(login(userid), 2);
    now += 2 * DAY;
  }
  await kept.accepted(login('a'), 2);
  await kept.accepted(login('d'), 2);
  const found = await Promise.all(['a', 'b', 'c', 'd'].map((userid) => kept.check(login(userid))));
  expect(found).toEqual([2, 'unknown', 2, 2]);
});
