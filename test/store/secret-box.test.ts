import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { StoreError } from '../../src/store/errors.ts';
import { SecretBox } from '../../src/store/secret-box.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'secret-box-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('the key is made once, for its owner alone, and opens what it sealed', () => {
  const path = join(folder, 'key');
  const secret = Buffer.from('5e9a', 'hex');
  const sealed = SecretBox.fromFile(path, { make: true }).seal(secret, 'ann');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(sealed.includes(secret)).toBe(false);
  expect(SecretBox.fromFile(path, { make: false }).open(sealed, 'ann')).toEqual(secret);
});

test('a secret opens for its own account and with its own key only', () => {
  const box = SecretBox.temporary();
  const sealed = box.seal(Buffer.from('x'), 'ann');
  expect(() => box.open(sealed, 'bob')).toThrow('the secret of bob does not open');
  expect(() => SecretBox.temporary().open(sealed, 'ann')).toThrow('does not open');
  sealed[14] = (sealed[14] ?? 0) ^ 1;
  expect(() => box.open(sealed, 'ann')).toThrow('does not open');
});

test('another file is not taken for a key', () => {
  const path = join(folder, 'key');
  writeFileSync(path, 'hello\n');
  expect(() => SecretBox.fromFile(path, { make: true })).toThrow('it is not a key');
});

test.runIf(process.platform === 'linux')('nor is a pipe or a device, which is not waited for', () => {
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const link = join(folder, 'link');
  symlinkSync('/dev/zero', link);
  for (const path of [pipe, link]) {
    const read = () => SecretBox.fromFile(path, { make: true });
    expect(read).toThrow(new StoreError('foreign', path, 'it is not a regular file'));
  }
});

test('a missing key is created only if nothing was sealed with it', () => {
  const path = join(folder, 'key');
  expect(() => SecretBox.fromFile(path, { make: false })).toThrow('is missing or empty');
  expect(existsSync(path)).toBe(false);
  writeFileSync(path, '');
  expect(() => SecretBox.fromFile(path, { make: true })).toThrow('is missing or empty');
});
