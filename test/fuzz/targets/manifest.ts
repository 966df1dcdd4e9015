import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Failure } from '../../../src/server/failure.ts';
import { MANIFEST, readManifest } from '../../../src/server/manifest.ts';
import type { WorldTarget } from '../target.ts';

const file = { board: 'gossip', kind: 'board', file: 'gossip.board.sqlite', octets: 1, sha256: 'ab' };
const whole = { format: 1, program: '0.1.0', made: '2026-11-27T00:00:00Z', folder: 'files', files: [file] };

/** The table of contents of a backup, which somebody may have changed: no name in it leads out of its folder. */
export const manifest: WorldTarget = {
  name: 'manifest',
  seeds: () =>
    [whole, { ...whole, files: [] }, { ...whole, folder: '..' }, { ...whole, files: [{ ...file, file: '../x' }] }].map(
      (one) => JSON.stringify(one),
    ),
  words: ['"folder":"', '"file":"', '../', '/', '\\u002e', '\\u0000', '__proto__', '1e400', '[[[[', '{"a":'],
  maxOctets: 4000,
  async open() {
    const folder = mkdtempSync(join(tmpdir(), 'fuzz-manifest-'));
    return {
      async run(input) {
        writeFileSync(join(folder, MANIFEST), input);
        const read = await readManifest(folder).catch((error: unknown) => {
          if (!(error instanceof Failure)) throw error;
        });
        if (read === undefined) return;
        for (const name of [read.folder, ...read.files.flatMap(({ board, file: one }) => [board, one])]) {
          assert(name !== '' && name !== '.' && name !== '..' && basename(name) === name, name);
        }
      },
      async close() {
        rmSync(folder, { recursive: true, force: true });
      },
    };
  },
};
