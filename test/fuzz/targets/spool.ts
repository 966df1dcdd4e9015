import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { importSpool } from '../../../src/board/spool/import.ts';
import { BoardStore } from '../../../src/board/store.ts';
import { verifyBoard } from '../../../src/board/upkeep/verify.ts';
import { unpackSampleSpool } from '../../support/sample-board.ts';
import { recordedItems, recordedRows } from '../seeds.ts';
import type { WorldTarget } from '../target.ts';

/** Files in one input: each begins with a line `=== name`. */
const HEADING = /^=== ([A-Za-z][A-Za-z0-9./]{0,40})$/;

function filesOf(input: Buffer): Map<string, string> {
  const files = new Map<string, string>();
  let name: string | undefined;
  for (const line of input.toString('latin1').split('\n')) {
    const heading = HEADING.exec(line)?.[1];
    if (heading !== undefined && !heading.includes('..') && !heading.endsWith('/')) {
      name = heading;
      files.set(name, '');
    } else if (name !== undefined) files.set(name, `${files.get(name) ?? ''}${line}\n`);
  }
  return files;
}

function sample(): Buffer {
  const spool = unpackSampleSpool();
  try {
    const items = readdirSync(join(spool, 'item'))
      .slice(0, 3)
      .map((name) => `item/${name}`);
    const names = ['sequence', 'idarbiter', 'motd', 'editlog', 'userdatabase', ...items];
    const files = names.map((name) => `=== ${name}\n${readFileSync(join(spool, name), 'latin1')}`);
    const rows = readFileSync(join(spool, 'index'), 'latin1').slice(0, 2000);
    return Buffer.from(`=== index\n${rows}${files.join('')}`, 'latin1');
  } finally {
    rmSync(dirname(dirname(spool)), { recursive: true, force: true });
  }
}

/** groggsd's data directory: what is damaged is named and passed over, and what comes in is a sound board. */
export const spool: WorldTarget = {
  name: 'spool',
  seeds: () => [
    sample(),
    '=== index\n=== sequence\n00000001\n',
    Buffer.concat([
      Buffer.from('=== index\n'),
      recordedRows()[0] ?? Buffer.alloc(0),
      Buffer.from('\n=== motd\n6B02111B 00000003\nx\n'),
    ]),
    ...recordedItems()
      .slice(0, 20)
      .map((item) => Buffer.concat([Buffer.from('=== index\n=== item/P3242146\n'), item])),
  ],
  words: [
    '=== item/P3242146\n',
    '=== item/P3242146.edited\n',
    '=== editlog\n',
    '=== motd\n',
    '=== index\n',
    'FFFFFFFF',
    '        ',
  ],
  maxOctets: 30_000,
  async open() {
    const folder = mkdtempSync(join(tmpdir(), 'fuzz-spool-'));
    let n = 0;
    return {
      async run(input) {
        const dir = join(folder, String(n++));
        mkdirSync(join(dir, 'item'), { recursive: true });
        for (const [name, text] of filesOf(Buffer.concat([Buffer.from('=== index\n'), input]))) {
          const path = join(dir, name);
          try {
            mkdirSync(dirname(path), { recursive: true });
            writeFileSync(path, text, 'latin1');
          } catch {
            // A file where a folder is wanted: one of them is not there, then.
          }
        }
        const store = BoardStore.open(':memory:');
        try {
          const { rows, skipped } = await importSpool(dir, store);
          assert.equal(rows, store.index.end);
          for (const { file, reason } of skipped) assert(file !== '' && reason !== '');
          verifyBoard(store);
        } finally {
          store.close();
          rmSync(dir, { recursive: true, force: true });
        }
      },
      async close() {
        rmSync(folder, { recursive: true, force: true });
      },
    };
  },
};
