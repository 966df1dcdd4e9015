import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readRegularFile, readSmallFile } from '../../src/wire/small-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'small-file-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('a file that people name', () => {
  test.each([0, 1, 65_535, 65_536, 65_537, 2 ** 20])('is read whole: %d octets', (length) => {
    const path = join(folder, String(length));
    const content = Buffer.from(Uint8Array.from({ length }, (_, i) => i * 7));
    writeFileSync(path, content);
    expect(readSmallFile(path).equals(content)).toBe(true);
  });

  test('is refused where it is larger than any that could be meant', () => {
    const path = join(folder, 'large');
    writeFileSync(path, Buffer.alloc(2 ** 20 + 1));
    expect(() => readSmallFile(path)).toThrow('it is larger than 1,048,576 octets');
  });

  test.runIf(process.platform === 'linux')('may be a device without an end', () => {
    expect(() => readSmallFile('/dev/zero')).toThrow('larger than');
    expect(readSmallFile('/dev/null')).toHaveLength(0);
  });
});

describe('a file that programs write', () => {
  test('is read whole, also through a link', () => {
    const path = join(folder, 'own');
    writeFileSync(path, 'secret\n');
    symlinkSync(path, `${path}.link`);
    for (const each of [path, `${path}.link`]) expect(readRegularFile(each).toString()).toBe('secret\n');
    expect(() => readRegularFile(`${path}.gone`)).toThrow('ENOENT');
  });

  test.runIf(process.platform === 'linux')(
    'is no pipe, which nobody may ever write to, no device and no folder',
    () => {
      const pipe = join(folder, 'pipe');
      execFileSync('mkfifo', [pipe]);
      for (const path of [pipe, '/dev/zero', '/dev/null', folder])
        expect(() => readRegularFile(path)).toThrow('it is not a regular file');
    },
  );
});
