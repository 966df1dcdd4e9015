import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readEnvironment } from '../../src/config/environment.ts';
import { loadConfig } from '../../src/config/load.ts';

const root = join(import.meta.dirname, '..', '..');
/** All but the rules of Prometheus. */
const examples = readdirSync(join(root, 'config')).filter((name) => name.endsWith('.yaml') && name !== 'alerts.yaml');

describe('the examples', () => {
  it('are there', () =>
    expect(examples).toEqual(['all-in-one.yaml', 'cluster.yaml', 'minimal.yaml', 'remote-board.yaml']));

  it.each(examples)('%s is a valid configuration', (name) => {
    expect(loadConfig({ file: join(root, 'config', name) }).name).toBe('news.example.org');
  });

  it.each([
    ['config', 'rgtp-nntp.service'],
    ['docker', 'Dockerfile'],
  ])('of a service give back the memory that was needed once: %s/%s', (...path) => {
    const text = readFileSync(join(root, ...path), 'utf8');
    expect(text).toMatch(/^(Environment=| {4})[^#]*\bMALLOC_TRIM_THRESHOLD_=131072\b/m);
    expect(text).toMatch(/^(Environment=| {4})[^#]*\bMALLOC_MMAP_THRESHOLD_=32768\b/m);
    expect(text).toMatch(/^(Environment=| {4})[^#]*\bMALLOC_ARENA_MAX=2\b/m);
    expect(text).toMatch(/^(Environment=| {4})[^#]*\bNODE_OPTIONS=--max-semi-space-size=4\b/m);
  });

  it('of the service have a folder for compiled code that nobody else can write', () => {
    const unit = readFileSync(join(root, 'config', 'rgtp-nntp.service'), 'utf8');
    expect(unit).toMatch(/^CacheDirectory=rgtp-nntp$/m);
    expect(unit).toMatch(/^CacheDirectoryMode=0700$/m);
  });

  it('of the container set variables that there are', () => {
    const files = ['compose.yaml', 'Dockerfile'].map((name) => readFileSync(join(root, 'docker', name), 'utf8'));
    const names = files.join().match(/RGTP_NNTP_[A-Z_0-9]+/g) ?? [];
    expect(names.length).toBeGreaterThan(6);
    const { problems } = readEnvironment(Object.fromEntries(names.map((name) => [name, 'x'])));
    expect(problems).toEqual([]);
  });
});
