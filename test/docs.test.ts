import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fieldsIn, keysIn, manPageNow } from '../.ci/docs.ts';
import { BESIDE_A_SERVICE } from '../src/cli/man.ts';

const root = join(import.meta.dirname, '..');

describe('what is made from the code (npm run docs)', () => {
  it('the tables of configuration keys are up to date', () => {
    const page = readFileSync(join(root, 'docs', 'configuration.md'), 'utf8');
    expect(page).toContain('<!-- configuration -->\n### The server\n');
    expect(keysIn(page)).toBe(page);
  });

  it('the fields of the log are those of today', () => {
    const page = readFileSync(join(root, 'docs', 'running.md'), 'utf8');
    expect(page).toContain('| `connection` |');
    expect(fieldsIn(page)).toBe(page);
  });

  it('docs/running.md has the man page’s commands beside a service, word for word', () => {
    const page = readFileSync(join(root, 'docs', 'running.md'), 'utf8');
    for (const [where, command] of BESIDE_A_SERVICE) expect(page).toContain(`${where}\n\n\`\`\`sh\n${command}\n\`\`\``);
  });

  it('the man page is up to date', () => {
    expect(readFileSync(join(root, 'config', 'rgtp-nntp.1'), 'utf8')).toBe(manPageNow());
  });
});

describe('the README', () => {
  it('is two screens', () => {
    expect(readFileSync(join(root, 'README.md'), 'utf8').split('\n').length).toBeLessThanOrEqual(100);
  });

  it('leads to every page of docs', () => {
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    const pages = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'));
    expect(pages.filter((name) => !readme.includes(`](docs/${name})`))).toEqual([]);
  });
});

describe('what is written about the code', () => {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
    (path) => !path.startsWith('node_modules') && !path.startsWith('.git/'),
  );
  const present = new Set(files);
  const documents = files.filter((path) => path.endsWith('.md') && !path.startsWith(join('test', 'fixtures')));
  /** what the person who runs the server puts there */
  const theirs = /^docker\/(?:bridge|secrets)\b/;

  it.each(documents)('%s names only source files that exist', (document) => {
    const named = readFileSync(join(root, document), 'utf8').matchAll(/`([\w./-]+\.ts)`/g);
    const missing = Array.from(named, ([, name = '']) => name).filter(
      (name) => !name.includes('NAME') && !files.some((file) => file === name || file.endsWith(`/${name}`)),
    );
    expect(missing).toEqual([]);
  });

  it.each(documents)('%s names only paths that exist, from the top or from src', (document) => {
    const named = readFileSync(join(root, document), 'utf8').matchAll(/`(?:src\/)?([\w.-]+\/[\w./-]*)`/g);
    const missing = Array.from(named, ([, path = '']) => path.replace(/\/$/, '')).filter((path) => {
      const [top = ''] = path.split('/');
      const isOurs = !/^\.+$/.test(top) && (present.has(top) || present.has(join('src', top)));
      const isThere = present.has(path) || present.has(join('src', path));
      return isOurs && !isThere && !path.includes('NAME') && !theirs.test(path);
    });
    expect(missing).toEqual([]);
  });

  it.each(documents)('%s links only to files and headings that exist', (document) => {
    const text = readFileSync(join(root, document), 'utf8');
    const links = Array.from(text.matchAll(/\]\(([^)\s]+)\)/g), ([, to = '']) => to).filter((to) => !/^\w+:/.test(to));
    const missing = links.filter((link) => {
      const [path = '', heading] = link.split('#');
      const target = path === '' ? document : join(dirname(document), path);
      if (!present.has(target)) return true;
      return heading !== undefined && !headingsOf(readFileSync(join(root, target), 'utf8')).includes(heading);
    });
    expect(missing).toEqual([]);
  });
});

/** As GitHub names them: lower case, hyphens for blanks, without punctuation. */
function headingsOf(markdown: string): string[] {
  return Array.from(markdown.matchAll(/^#+ (.+)$/gm), ([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} -]/gu, '')
      .replaceAll(' ', '-'),
  );
}
