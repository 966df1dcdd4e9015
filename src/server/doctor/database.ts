/** The database of the permanent data, if one is configured. */
import type { Config } from '../../config/config.ts';
import type { Postgres } from '../../store/postgres/postgres.ts';
import { MIGRATIONS } from '../../store/postgres/schema.ts';
import { isInDatabase } from '../lost-files.ts';
import { openPostgres } from '../permanent-store.ts';
import { type Finding, fail, ok, reasonOf, warn } from './finding.ts';

export async function* examineDatabase(config: Config): AsyncGenerator<Finding> {
  if (config.permanent === '') return;
  let postgres: Postgres | undefined;
  try {
    postgres = await openPostgres(config, { keepSchema: true });
    if (postgres === undefined) return;
    yield* examineSettings(postgres);
    yield* examineSchema(postgres, config);
  } catch (error) {
    yield fail(
      `permanent data: ${reasonOf(error)}`,
      'Start PostgreSQL, or correct permanent. Until then boards are read, and nothing is posted.',
    );
  } finally {
    await postgres?.close();
  }
}

async function* examineSettings(postgres: Postgres): AsyncGenerator<Finding> {
  const [row = {}] = await postgres.query(
    `SELECT current_setting('server_version') AS version, current_setting('fsync') AS fsync,
       current_setting('full_page_writes') AS pages, pg_is_in_recovery() AS standby`,
  );
  yield ok(`permanent data: PostgreSQL ${row['version']} answers at ${postgres.name}`);
  if (row['standby'] === true) yield fail(`${postgres.name} is a standby`, 'Set permanent to the primary.');
  for (const [setting, value] of [
    ['fsync', row['fsync']],
    ['full_page_writes', row['pages']],
  ]) {
    if (value !== 'on')
      yield fail(`${postgres.name} has ${setting} off`, 'Set it to on: a power cut would lose posts.');
  }
}

async function* examineSchema(postgres: Postgres, config: Config): AsyncGenerator<Finding> {
  const [tables] = await postgres.query("SELECT to_regclass('migrations') IS NOT NULL AS there");
  if (tables?.['there'] !== true) {
    yield ok(`${postgres.name} is still empty: the first start makes the tables`);
    return;
  }
  const [row = {}] = await postgres.query('SELECT count(*) AS version FROM migrations');
  const version = Number(row['version']);
  if (version > MIGRATIONS.length) {
    yield fail(
      `${postgres.name} was written by a newer rgtp-nntp (schema ${version})`,
      'Run that version or a newer one.',
    );
    return;
  }
  if (version < MIGRATIONS.length) {
    yield warn(`${postgres.name} was written by an older version`, 'The next start will upgrade it. Back it up first.');
    return;
  }
  for (const board of config.boards.filter((one) => isInDatabase(config, one))) {
    const sql = `SELECT count(m) AS posts, (SELECT count(*) FROM bridges WHERE board = $1) AS bridges
       FROM boards b LEFT JOIN messages m USING (board) WHERE board = $1 GROUP BY board`;
    const [known] = await postgres.query(sql, [board.name]);
    yield ok(
      known === undefined
        ? `${board.name}: not in the database yet`
        : `${board.name}: ${known['posts']} Message-IDs in the database, and ${known['bridges']} bridges that serve it`,
    );
  }
}
