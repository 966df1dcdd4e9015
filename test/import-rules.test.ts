/** The rules that .ci/import-rules.ts gives to Biome catch what they forbid, and nothing that is allowed. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');

type Import = readonly [folder: string, specifier: string, name: string];

/** Which of these imports Biome lets pass, each written as a file of its own. */
function allowed(imports: readonly Import[]): Import[] {
  const folder = mkdtempSync(join(tmpdir(), 'import-rules-'));
  try {
    const config = JSON.parse(readFileSync(join(root, 'biome.json'), 'utf8')) as Record<string, unknown>;
    writeFileSync(join(folder, 'biome.json'), JSON.stringify({ ...config, vcs: { enabled: false } }));
    const files = imports.map(([where, specifier, name], i) => {
      const file = join(where, `case-${i}.ts`);
      mkdirSync(join(folder, dirname(file)), { recursive: true });
      writeFileSync(join(folder, file), `import { ${name} } from '${specifier}';\n${name};\n`);
      return file;
    });
    const biome = join(root, 'node_modules', '.bin', 'biome');
    const args = ['lint', '--only=style/noRestrictedImports', '--max-diagnostics=none', '--colors=off', '.'];
    const { stdout, stderr } = spawnSync(biome, args, { cwd: folder, encoding: 'utf8' });
    const said = stdout + stderr;
    if (!said.includes('Checked ')) throw new Error(said);
    return imports.filter((_, i) => !said.includes(`${files[i]}:`));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const forbidden: readonly Import[] = [
  ['src/wire', '../rgtp/hex.ts', 'thing'],
  ['src/wire', 'node:net', 'thing'],
  ['src/wire', 'node:tls', 'thing'],
  ['src/wire', 'node:dgram', 'thing'],
  ['src/wire', 'node:http', 'thing'],
  ['src/rgtp', './client/pool.ts', 'thing'],
  ['src/rgtp/client', '../../store/database.ts', 'thing'],
  ['src/store', '../rgtp/item.ts', 'thing'],
  ['src/news', '../rgtp/item.ts', 'thing'],
  ['src/board', '../nntp/backend.ts', 'thing'],
  ['src/nntp', '../rgtp/item.ts', 'thing'],
  ['src/nntp/commands', '../../bridge/bridge.ts', 'thing'],
  ['src/bridge', '../nntp/server.ts', 'thing'],
  ['src/bridge/posting', '../../board/board.ts', 'thing'],
  ['src/bridge/view', '../mirror/mirror.ts', 'thing'],
  ['src/bridge/view', '../known/state.ts', 'thing'],
  ['src/bridge/known', '../mirror/commit.ts', 'thing'],
  ['src/bridge/texts', '../mirror/options.ts', 'thing'],
  ['src/bridge/view', '../../nntp/server.ts', 'thing'],
  ['src/config', '../store/errors.ts', 'thing'],
  ['src/ident', '../ops/log.ts', 'thing'],
  ['src/ops', '../server/service.ts', 'thing'],
  ['src/server', '../cli/run.ts', 'thing'],
  ['src/cli', '../bridge/mirror/mirror.ts', 'thing'],
  ['src/cli', '../nntp/server.ts', 'thing'],
  ['src/wire', '../../test/support/views.ts', 'thing'],
  ['src/server', '../../bench/main.ts', 'thing'],
];

const open: readonly Import[] = [
  ['src/wire', 'node:net', 'isIPv6'],
  ['src/wire', './octets.ts', 'octets'],
  ['src/rgtp/client', '../errors.ts', 'RgtpError'],
  ['src/bridge', '../nntp/backend.ts', 'Backend'],
  ['src/bridge/view', '../model.ts', 'BoardModel'],
  ['src/bridge/texts', '../known/state.ts', 'BoardState'],
  ['src/server', '../nntp/server.ts', 'NntpServer'],
  ['src/cli', '../server/service.ts', 'Service'],
];

test('what the table forbids fails the check, and nothing else does', () => {
  expect(allowed([...forbidden, ...open])).toEqual(open);
});
