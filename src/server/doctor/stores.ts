/** The databases: intact, ours, and of a version this program knows. */
import { existsSync, statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { boardSchema } from '../../board/schema.ts';
import type { BoardConfig, Config } from '../../config/config.ts';
import { pathsOf } from '../../config/paths.ts';
import { CACHE } from '../../store/cache-schema.ts';
import { openForReading, type Schema } from '../../store/database.ts';
import { StoreError } from '../../store/errors.ts';
import { PERMANENT } from '../../store/permanent-schema.ts';
import { Failure } from '../failure.ts';
import { isInDatabase, refuseLostFiles } from '../lost-files.ts';
import { type Finding, fail, ok, reasonOf, warn } from './finding.ts';

export function* examineStores(config: Config): Generator<Finding> {
  for (const board of config.boards) {
    const paths = pathsOf(config, board);
    const { name } = board;
    const backup = 'Restore a backup of it.';
    const lost = lostFile(config, board);
    if (lost !== undefined) yield fail(`${name}: ${lost.message}`, lost.remedy);
    if (board.rgtp === 'embedded') yield* examineFile(paths.board, `${name}: board`, boardSchema, backup);
    if (!isInDatabase(config, board)) {
      yield* examineFile(paths.permanent, `${name}: permanent data`, PERMANENT, backup);
    }
    yield* examineFile(
      paths.cache,
      `${name}: cache`,
      CACHE,
      `Stop the server and delete ${paths.cache}: it is rebuilt.`,
    );
  }
}

/** A file that must have existed, judging by the others. */
function lostFile(config: Config, board: BoardConfig): Failure | undefined {
  try {
    refuseLostFiles(config, board);
    return undefined;
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
}

function* examineFile(path: string, what: string, schema: Schema, remedy: string): Generator<Finding> {
  if (!existsSync(path)) {
    yield ok(`${what} does not exist yet (${path})`);
    return;
  }
  let db: DatabaseSync | undefined;
  try {
    db = openForReading(path);
    const version = pragma(db, 'user_version');
    if (pragma(db, 'application_id') !== schema.applicationId) {
      yield fail(`${what}: ${path} is not a ${schema.name} file of rgtp-nntp`, remedy);
    } else if (version > schema.migrations.length) {
      yield fail(
        `${what}: ${path} was written by a newer rgtp-nntp (schema ${version})`,
        'Run that version or a newer one.',
      );
    } else {
      const [problem] = db.prepare('PRAGMA quick_check(1)').all();
      const verdict = String(problem?.['quick_check']);
      const size = `${(statSync(path).size / 2 ** 20).toFixed(1)} MiB`;
      if (verdict !== 'ok') yield fail(`${what}: ${path} is damaged: ${verdict}`, remedy);
      else if (version < schema.migrations.length)
        yield warn(
          `${what}: ${path} was written by an older version`,
          'The next start will upgrade it. Copy it first.',
        );
      else yield ok(`${what} is sound, ${size}`);
    }
  } catch (error) {
    const reason = error instanceof StoreError ? reasonOf(error) : `${path}: ${reasonOf(error)}`;
    yield fail(`${what}: ${reason}`, remedy);
  } finally {
    db?.close();
  }
}

function pragma(db: DatabaseSync, name: 'application_id' | 'user_version'): number {
  return Number(db.prepare(`PRAGMA ${name}`).get()?.[name]);
}
