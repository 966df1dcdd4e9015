import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { manPageNow, readmeOf } from '../.ci/docs.ts';

const root = join(import.meta.dirname, '..');

describe('what is made from the code (npm run docs)', () => {
  it('the table of configuration keys in the README is of today', () => {
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    expect(readme).toContain('<!-- configuration -->\n| Key | Environment | Default | Meaning |');
    expect(readmeOf(readme)).toBe(readme);
  });

  it('the man page is of today', () => {
    expect(readFileSync(join(root, 'config', 'rgtp-nntp.1'), 'utf8')).toBe(manPageNow());
  });
});

describe('what is written about the code', () => {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
    (path) => !path.startsWith('node_modules'),
  );

  it.each(['.github/CONTRIBUTING.md', 'docs/architecture.md', 'docs/security.md', 'README.md'])(
    '%s names no source file that is not there',
    (document) => {
      const named = readFileSync(join(root, document), 'utf8').matchAll(/`([\w./-]+\.ts)`/g);
      const missing = Array.from(named, ([, name = '']) => name).filter(
        (name) => !name.includes('NAME') && !files.some((file) => file === name || file.endsWith(`/${name}`)),
      );
      expect(missing).toEqual([]);
    },
  );
});
