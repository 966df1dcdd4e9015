/** What `npm pack` makes, used as others use it: the command, and the library with the example of its page. */
import { execFile, execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openWholeServer, people } from './support/whole-server.ts';

const root = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'package-'));
const checkout = join(folder, 'checkout');
const consumer = join(folder, 'consumer');
const installed = join(consumer, 'node_modules', 'rgtp-nntp');

beforeAll(() => {
  mkdirSync(checkout);
  const sources = [
    'package.json',
    'package-lock.json',
    'LICENSE',
    'README.md',
    'CHANGELOG.md',
    '.ci',
    'src',
    'config',
    'docs',
    '.screenshots',
  ];
  for (const name of [...sources, ...readdirSync(root).filter((one) => one.startsWith('tsconfig'))]) {
    cpSync(join(root, name), join(checkout, name), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(checkout, 'node_modules'));
  // `npm run` would say which node; npm itself runs on the one that tests run on.
  const env = { ...process.env, npm_config_update_notifier: 'false', npm_config_cache: join(folder, 'npm') };
  execFileSync('npm', ['pack', '--silent'], { cwd: checkout, env, stdio: ['ignore', 'pipe', 'inherit'] });
  mkdirSync(installed, { recursive: true });
  const [tarball = ''] = readdirSync(checkout).filter((name) => name.endsWith('.tgz'));
  execFileSync('tar', ['-xzf', join(checkout, tarball), '-C', installed, '--strip-components=1']);
  // Its dependencies are beside it, as npm would put them.
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (!name.startsWith('.')) symlinkSync(join(root, 'node_modules', name), join(consumer, 'node_modules', name));
  }
  writeFileSync(join(consumer, 'package.json'), '{ "type": "module" }\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

const json = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));

describe('the package', () => {
  it('has the command, and the man page, unit, examples and pages that the documentation speaks of', () => {
    const main = join(installed, 'dist', 'main.js');
    expect(execFileSync(process.execPath, [main, '--version'], { encoding: 'utf8' })).toMatch(/^rgtp-nntp \d/);
    for (const name of [
      'config/rgtp-nntp.1',
      'config/rgtp-nntp.service',
      'config/all-in-one.yaml',
      'docs/running.md',
    ]) {
      expect(existsSync(join(installed, name)), name).toBe(true);
    }
  });

  it('has what its metadata and its README name', () => {
    const { exports, files } = z
      .object({
        exports: z.object({ './rgtp': z.object({ types: z.string(), default: z.string() }) }),
        files: z.array(z.string()),
      })
      .parse(json(join(installed, 'package.json')));
    for (const name of [...files, ...Object.values(exports['./rgtp'])]) {
      expect(existsSync(join(installed, name)), name).toBe(true);
    }
    const links = readFileSync(join(installed, 'README.md'), 'utf8').matchAll(/\]\(((?:docs|\.screenshots)\/[^)#]+)/g);
    expect(Array.from(links, ([, to = '']) => to).filter((to) => !existsSync(join(installed, to)))).toEqual([]);
  });

  it('ships the versions that were tested, of what runs alone, and leaves nothing behind', () => {
    const lock = z.object({ packages: z.record(z.string(), z.object({ version: z.string() }).loose()) });
    const { packages: shipped } = lock.parse(json(join(installed, 'npm-shrinkwrap.json')));
    const { packages: tested } = lock.parse(json(join(root, 'package-lock.json')));
    expect(Object.keys(shipped)).toContain('node_modules/commander');
    expect(Object.keys(shipped)).not.toContain('node_modules/vitest');
    for (const [path, { version }] of Object.entries(shipped)) expect(version).toBe(tested[path]?.version);
    expect(existsSync(join(checkout, 'npm-shrinkwrap.json'))).toBe(false);
  });
});

describe('the example of docs/rgtp-library.md', () => {
  const example = /<!-- example -->\n```ts\n([\s\S]*?)```/.exec(
    readFileSync(join(root, 'docs', 'rgtp-library.md'), 'utf8'),
  )?.[1];

  beforeAll(() => {
    writeFileSync(join(consumer, 'example.ts'), example ?? '');
    const compilerOptions = {
      ...{ strict: true, module: 'nodenext', target: 'es2024', types: ['node'], outDir: 'out', rootDir: '.' },
      exactOptionalPropertyTypes: true,
      typeRoots: [join(root, 'node_modules', '@types')],
    };
    writeFileSync(join(consumer, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['example.ts'] }));
  });

  it('has types, with the documentation of each method', () => {
    const tsc = join(root, 'node_modules', '.bin', 'tsc');
    expect(execFileSync(tsc, ['-p', consumer], { encoding: 'utf8' })).toBe('');
    expect(readFileSync(join(installed, 'dist/rgtp/client/connection.d.ts'), 'utf8')).toContain('* INDX, row by row.');
  });

  it('reads a board, and posts there', async () => {
    const server = await openWholeServer();
    try {
      const { stdout } = await promisify(execFile)(
        process.execPath,
        [...['out/example.js', '127.0.0.1', String(server.boardPort)], ...[people.proving[2], people.password]],
        { cwd: consumer },
      );
      expect(stdout).toMatch(/^[A-Z]\d{7}: .* \(1 posts\)\n {2}\S.*\nposted [A-Z]\d{7} with sequence number \d+\n$/);
    } finally {
      await server.close();
    }
  });
});
