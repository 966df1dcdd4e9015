import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { formatHex32 } from '../../rgtp/hex.ts';
import { newFolder } from '../../store/new-file.ts';
import { bytesOf, type Octets, octets, octetsFrom } from '../../wire/octets.ts';
import { fileOf } from '../items.ts';
import type { BoardStore } from '../store.ts';
import { USERID_OCTETS } from '../users.ts';
import { formatUserDatabase } from './user-database.ts';

export interface ExportSummary {
  readonly rows: number;
  readonly items: number;
  readonly users: number;
  readonly diffs: number;
}

/** readable by the owner only */
const PRIVATE = { mode: 0o600, flag: 'wx' } as const;
const NEW = { flag: 'wx' } as const;
/** groggsd derives secrets and nonces from it */
const SEED_OCTETS = 1024;

/**
 * Writes a groggsd data directory, on which groggsd runs, and from which `importSpool` makes the same board. It
 * contains the users' secrets in the clear, so only the owner may read it.
 *
 * @param store nothing may be posted through it meanwhile: to export a board that is serving, open a second store
 * @throws Error if `dir` is not empty
 */
export function exportSpool(dir: string, store: BoardStore): Promise<ExportSummary> {
  return store.snapshot(() => writeSpool(dir, store));
}

async function writeSpool(dir: string, store: BoardStore): Promise<ExportSummary> {
  await newFolder(join(dir, 'item'));
  const there = (await readdir(dir)).filter((name) => name !== 'item');
  if (there.length > 0 || (await readdir(join(dir, 'item'))).length > 0) throw new Error(`${dir}: is not empty`);
  const write = (name: string, text: Octets | Buffer, how: typeof PRIVATE | typeof NEW = NEW) =>
    writeFile(join(dir, name), typeof text === 'string' ? bytesOf(text) : text, how);

  const { state } = store;
  const rows = await writeIndex(join(dir, 'index'), store);
  let items = 0;
  for (const item of store.items.all()) {
    await write(`item/${item.id}`, fileOf(item));
    items++;
  }
  let diffs = 0;
  for (const id of store.diffs.items()) {
    await write(id === undefined ? 'index.edited' : `item/${id}.edited`, store.diffs.text(id));
    diffs++;
  }
  const { motd } = state;
  // groggsd writes the time first.
  if (motd !== undefined) {
    await write('motd', octets`${formatHex32(motd.time)} ${formatHex32(motd.sequence)}\n${motd.text}`);
  }
  const edits = store.editLog.text();
  if (edits !== '') await write('editlog', edits);
  await write('sequence', octets`${formatHex32(state.nextSequence)}\n`);
  await write('idarbiter', octets`${formatHex32(state.lastItemTime)}\n`);
  const accounts = [...store.users.all()];
  await write('userdatabase', formatUserDatabase(accounts), PRIVATE);
  await write('secretseed', randomBytes(SEED_OCTETS), PRIVATE);
  await write('editlock', octets`??`.padEnd(USERID_OCTETS));
  await mkdir(join(dir, 'log'));
  await write('log/log', octets``);
  return { rows, items, users: accounts.length, diffs };
}

/** Writes block by block: the index may be large. */
async function writeIndex(path: string, { index }: BoardStore): Promise<number> {
  const file = await open(path, 'wx');
  let rows = 0;
  try {
    for (const block of index.wire(index.start, index.end)) {
      const text = octetsFrom(block).replaceAll('\r\n', '\n');
      await file.write(bytesOf(text));
      rows += text.length / 200;
    }
  } finally {
    await file.close();
  }
  return rows;
}
