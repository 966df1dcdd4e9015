import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LocalAccounts } from '../../../src/bridge/login/local-accounts.ts';
import { checkPassword, hashPassword } from '../../../src/bridge/login/password.ts';
import { StoreError } from '../../../src/store/errors.ts';
import { PermanentFile } from '../../../src/store/permanent-file.ts';
import type { StoredAccount } from '../../../src/store/permanent-records.ts';
import { SecretBox } from '../../../src/store/secret-box.ts';

const CHEAP = { ln: 4, r: 8, p: 1 };
const ANN = { name: 'ann', password: 'correct horse', userid: 'ann@rgtp.test', secret: '5E9A c001' };

test('an account opens with its password, which nothing in the store gives away', async () => {
  const permanent = PermanentFile.open(':memory:');
  const box = SecretBox.temporary();
  const accounts = new LocalAccounts(permanent, () => box, CHEAP);
  await accounts.add({ ...ANN, grogname: 'Ann the Brief' });
  expect(await accounts.open('ann', 'correct horse')).toEqual({
    name: 'ann',
    passwordHash: expect.stringMatching(/^\$scrypt\$/),
    userid: 'ann@rgtp.test',
    grogname: 'Ann the Brief',
    secret: Buffer.from('5e9ac001', 'hex'),
  });
  expect(await accounts.open('ann', 'wrong horse')).toBeUndefined();
  expect(await accounts.open('bob', 'correct horse')).toBeUndefined();
  expect(await accounts.list()).toEqual([{ name: 'ann', userid: 'ann@rgtp.test', grogname: 'Ann the Brief' }]);
  const [stored] = await permanent.accounts();
  expect(stored?.passwordHash).toMatch(/^\$scrypt\$ln=4,r=8,p=1\$/);
  expect(Buffer.from(stored?.secret ?? []).includes(Buffer.from('5e9ac001', 'hex'))).toBe(false);
  expect(JSON.stringify(stored)).not.toContain('horse');

  await accounts.setPassword('ann', 'battery staple');
  expect(await accounts.open('ann', 'correct horse')).toBeUndefined();
  expect(await accounts.open('ann', 'battery staple')).toMatchObject({ userid: 'ann@rgtp.test' });
  expect(await accounts.remove('ann')).toBe(true);
  expect(await accounts.remove('ann')).toBe(false);
  expect(await accounts.open('ann', 'battery staple')).toBeUndefined();
});

test('a password that another process changed works at once', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'local-accounts-'));
  const path = join(folder, 'permanent.sqlite');
  const box = SecretBox.temporary();
  const [here, elsewhere] = [PermanentFile.open(path), PermanentFile.open(path)];
  const accounts = new LocalAccounts(here, () => box, CHEAP);
  await accounts.add(ANN);
  const before = await accounts.open('ann', ANN.password);
  await new LocalAccounts(elsewhere, () => box, CHEAP).setPassword('ann', 'battery staple');
  const after = await accounts.open('ann', 'battery staple');
  expect(after && accounts.holds(after)).toBe(true);
  // The other login is known to be over, too.
  expect(before && accounts.holds(before)).toBe(false);
  await Promise.all([here.close(), elsewhere.close()]);
  rmSync(folder, { recursive: true });
});

test.each([
  { what: 'a name of two words', change: { name: 'ann b' }, reason: 'a name is one word' },
  { what: 'a name that looks like a board’s', change: { name: 'gossip:ann' }, reason: 'a name is one word' },
  { what: 'no userid', change: { userid: 'a b' }, reason: '"a b" is not a userid' },
  { what: 'a secret that is not hex', change: { secret: 'xyz' }, reason: 'hexadecimal' },
  { what: 'no secret', change: { secret: ' ' }, reason: 'hexadecimal' },
  { what: 'a short password', change: { password: '1234567' }, reason: 'at least 8' },
])('refused: $what', async ({ change, reason }) => {
  const accounts = new LocalAccounts(PermanentFile.open(':memory:'), SecretBox.temporary, CHEAP);
  await expect(accounts.add({ ...ANN, ...change })).rejects.toThrow(reason);
  await expect(accounts.list()).resolves.toEqual([]);
});

test('a name can be taken once; a password can be set for an existing account only', async () => {
  const accounts = new LocalAccounts(PermanentFile.open(':memory:'), SecretBox.temporary, CHEAP);
  await accounts.add(ANN);
  await expect(accounts.add(ANN)).rejects.toThrow('there is an account "ann" already');
  await expect(accounts.setPassword('bob', 'correct horse')).rejects.toThrow('there is no account "bob"');
});

test('two changes at once: of two accounts with one name there is one, and what is removed stays so', async () => {
  const permanent = PermanentFile.open(':memory:');
  const box = SecretBox.temporary();
  const accounts = new LocalAccounts(permanent, () => box, CHEAP);
  const results = await Promise.allSettled([accounts.add(ANN), accounts.add({ ...ANN, password: 'battery staple' })]);
  expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  const renewed = accounts.setPassword('ann', 'another horse');
  await accounts.remove('ann');
  await expect(renewed).rejects.toThrow(/changed meanwhile/);
  expect(await accounts.has('ann')).toBe(false);
});

test('hashes are salted, and compare typed letters however they were composed', async () => {
  const [first, second] = await Promise.all([hashPassword('café crème'), hashPassword('café crème', CHEAP)]);
  expect(first).not.toBe(second);
  expect(await checkPassword('cafe\u0301 cre\u0300me', first)).toBe(true);
  expect(await checkPassword('x', 'plain')).toBe(false);
});

test('passwords wait to be hashed in a queue that is bounded', async () => {
  const all = await Promise.allSettled(Array.from({ length: 300 }, (_, n) => hashPassword(`password ${n}`, CHEAP)));
  const refused = all.filter((one) => one.status === 'rejected').map(({ reason }) => reason);
  expect(refused).toHaveLength(98);
  expect(new Set(refused.map(({ kind }) => kind))).toEqual(new Set(['unavailable']));
});

describe('a damaged account', () => {
  const box = SecretBox.temporary();
  let permanent: PermanentFile;
  let accounts: LocalAccounts;

  beforeEach(async () => {
    permanent = PermanentFile.open(':memory:');
    accounts = new LocalAccounts(permanent, () => box, CHEAP);
    await accounts.add({ ...ANN, grogname: 'Ann the Brief' });
    await accounts.add({ ...ANN, name: 'bob' });
  });
  afterEach(() => permanent.close());

  async function change(stored: Partial<StoredAccount>): Promise<void> {
    const ann = (await permanent.account('ann')) ?? expect.fail('no ann');
    await permanent.putAccount({ ...ann, ...stored });
  }

  test.each(['', 'null', '[]', '{"grogname":1}', 'nonsense'])('whose settings are %j has none', async (settings) => {
    await change({ settings });
    expect(await accounts.open('ann', ANN.password)).toMatchObject({ grogname: undefined });
    expect(await accounts.list()).toContainEqual({ name: 'ann', userid: ANN.userid, grogname: undefined });
  });

  test('whose password is damaged says so, until it has a new one', async () => {
    await change({ passwordHash: 'nonsense' });
    await expect(accounts.open('ann', ANN.password)).rejects.toThrow(/local account ann: .*user password/);
    await accounts.setPassword('ann', 'battery staple');
    expect(await accounts.open('ann', 'battery staple')).toBeDefined();
  });

  test('whose secret is damaged keeps nobody else out', async () => {
    await change({ secret: Uint8Array.of(0) });
    await expect(accounts.open('ann', ANN.password)).rejects.toThrow(StoreError);
    expect(await accounts.open('bob', ANN.password)).toBeDefined();
    await accounts.tryKey();
    await accounts.add({ ...ANN, name: 'carol' });
  });

  test('is not what another key makes of them all: nothing is added with that', async () => {
    const other = new LocalAccounts(permanent, () => SecretBox.temporary(), CHEAP);
    await expect(other.add({ ...ANN, name: 'carol' })).rejects.toThrow(/key of the local accounts/);
    expect(await other.has('carol')).toBe(false);
  });
});
