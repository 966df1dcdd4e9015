import { readFileSync } from 'node:fs';
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
