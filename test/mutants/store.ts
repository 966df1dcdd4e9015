// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are lines of code
import { breaking, HANGS } from './mutant.ts';

const CUT = 'test/store/power-cut.test.ts';
const WRITER = 'test/store/writer.test.ts';
const PERMANENT = 'test/store/permanent.test.ts';

export const storeMutants = [
  ...breaking(
    'src/store/writer.ts',
    ['test/store/writer.test.ts'],
    ['nothing is promised in a file that is gone', '      this.#file.requireThere();\n', ''],
  ),
  ...breaking(
    'src/store/opened-file.ts',
    ['test/store/writer.test.ts'],
    ['nor in a log that is gone', 'of [this.#path, `${this.#path}-wal`]) {', 'of [this.#path]) {'],
    ['a file in its place is another one', '`${file.dev} ${file.ino}`', '`${file.dev}`'],
  ),
  ...breaking(
    'src/store/log-sync.ts',
    [CUT, WRITER],
    [
      'what is acknowledged has been synced',
      'fdatasync(descriptor, (error) => {',
      'setImmediate((error: Error | null = null) => {',
    ],
    [
      'a sync answers those alone who wrote before it began',
      '    this.#waiting = undefined;\n    let descriptor: number;',
      '    setImmediate(() => { this.#waiting = undefined; });\n    let descriptor: number;',
    ],
    [
      'a sync that fails is told to those who wait for it',
      '      if (error === null) waiting.resolve();\n      else waiting.reject(error);\n      if (',
      '      waiting.resolve();\n      if (',
    ],
    ['closing syncs what still waits', 'if (this.#waiting !== undefined) fdatasyncSync(this.#descriptor);', ''],
  ),
  ...breaking(
    'src/store/writer.ts',
    [CUT, WRITER],
    [
      'nobody is told of a commit before the sync',
      'if (this.#sync === undefined || group.every((one) => one.relaxed)) {',
      'if (this.#sync === undefined || group.some((one) => !one.relaxed)) {',
    ],
    ['what is written without the writer is synced by SQLite', 'PRAGMA synchronous=FULL', 'PRAGMA synchronous=NORMAL'],
    [
      'a task that throws undoes its own changes',
      "      this.#db.exec('ROLLBACK TO task; RELEASE task');",
      "      this.#db.exec('RELEASE task');",
    ],
    ['what need not be on disk waits for no sync', 'if (relaxed || this.#syncing', 'if (this.#syncing'],
    ['a task that throws has no effects', '      this.#effects.length = effects;', ''],
    [
      'a sync that fails fails the commit',
      'finish(strict, effects, this.#failed(doubtOf(error, this.#path)));',
      'this.#failed(error); finish(strict, effects);',
    ],
    ['after a failed sync the whole log goes into the database', '      this.#resync();\n', ''],
    [
      'a disk that takes no writes is tried again',
      'this.#trying ??= setTimeout(() => this.#tryAgain(), this.#pause).unref();',
      '',
      HANGS,
    ],
    ['… whatever is wrong the next time', '.catch(() => this.#tryLater());', '.catch(() => {});', HANGS],
    [
      'who asks whether all is on disk hears of what waits, too',
      'last.after.push(resolve)).then(() => this.#syncing);',
      'last.after.push(resolve));',
    ],
  ),
  ...breaking(
    'src/store/patience.ts',
    ['test/store/writer.test.ts'],
    [
      'a checkpoint that fails leaves the patience with other processes as it was',
      '    db.exec(`PRAGMA busy_timeout=${patience}`);\n',
      '',
    ],
  ),
  ...breaking(
    'src/store/permanent-file.ts',
    [CUT, PERMANENT],
    ['a time that clients are told is on disk', '{ relaxed: !synced }', '{ relaxed: true }'],
    [
      'an intent is on disk before anything is sent',
      '      return { known: false };\n    });',
      '      return { known: false };\n    }, { relaxed: true });',
    ],
    [
      'a Message-ID that was posted is never intended again',
      'if (post !== undefined) return { known: true, post: ownPost(post), intent: undefined };',
      '',
    ],
    [
      'done makes the intent a post in one step',
      '        if (post.epoch !== 0) removeIntent.run(post.messageId);\n      },',
      '      },',
    ],
    ['what an unread post was to be is known until it is read', 'if (post.epoch !== 0) removeIntent', 'removeIntent'],
    [
      'epochs never change once they are given',
      "'INSERT OR IGNORE INTO epochs (number",
      "'INSERT OR REPLACE INTO epochs (number",
    ],
    [
      'a newsgroup keeps the time it was first offered',
      "'INSERT OR IGNORE INTO newsgroups",
      "'INSERT OR REPLACE INTO newsgroups",
    ],
  ),
  ...breaking(
    'src/store/permanent-rows.ts',
    [PERMANENT],
    [
      'two posts never share a sequence number',
      "'INSERT OR IGNORE INTO own_posts",
      "'INSERT OR REPLACE INTO own_posts",
    ],
  ),
  ...breaking(
    'src/store/new-file.ts',
    ['test/board/power-cut.test.ts', 'test/store/secret-box.test.ts'],
    ['the name of a new file is on disk', '  syncFolder(dirname(path));', ''],
    ['a new file is on disk before it has its name', '    fsyncSync(file);\n', ''],
  ),
  ...breaking(
    'src/store/secret-box.ts',
    ['test/store/secret-box.test.ts'],
    [
      'a secret opens for its own account only',
      '.setAAD(Buffer.from(account));\n    return Buffer.concat',
      ';\n    return Buffer.concat',
    ],
  ),
  ...breaking(
    'src/store/postgres/posts-table.ts',
    ['test/store/postgres/permanent-database.test.ts'],
    ['an intent whose answer was lost is known again', "if (row['attempt'] === attempt) return", 'if (false) return'],
    [
      'an intent that was not taken does not stay',
      '      this.#rows.owe(error, (query) =>\n',
      '      this.#rows.owe(undefined, (query) =>\n',
    ],
  ),
  ...breaking(
    'src/store/postgres/board-rows.ts',
    ['test/store/postgres/permanent-database.test.ts'],
    [
      'what was done while the database was away is not forgotten',
      '    } catch (error) {\n      this.owe(error, task);\n',
      '    } catch (error) {\n',
    ],
    ['what the database refuses holds up nothing', 'if (error instanceof StoreError) this', 'this'],
  ),
  ...breaking(
    'src/store/postgres/board-rows.ts',
    ['test/store/postgres/bridges.test.ts'],
    [
      'who was replaced does not write what it owes',
      'new Owed((task) => this.#writeAsMember(task))',
      "new Owed((task) => this.postgres.transaction((query) => task(query, '')))",
    ],
  ),
  ...breaking(
    'src/store/postgres/posts-table.ts',
    ['test/store/postgres/bridges.test.ts'],
    ['an intent of another bridge is not forgotten', "if (own.length === 0 && bridge !== '') return;", ''],
    ['an intent of another bridge is not revised', "if (revised.length > 0 || bridge === '') return;", 'return;'],
    [
      'posts that look alike on the board go one after the other',
      'await this.#twin(query, twin, bridge);',
      "await this.#twin(query, '', bridge);",
    ],
    [
      '… also those that begin at the same moment',
      "    await query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`rgtp-nntp ${this.#rows.board} ${twin}`]);\n",
      '',
    ],
  ),
  ...breaking(
    'src/store/postgres/permanent-database.ts',
    ['test/store/postgres/bridges.test.ts'],
    [
      'when an article arrived is what the first bridge says',
      'SET time = least(a.time, excluded.time)',
      'SET time = excluded.time',
    ],
    ['a peer is never fed again what it has', 'greatest(f.number, excluded.number)', 'excluded.number'],
  ),
  ...breaking(
    'src/store/permanent-columns.ts',
    ['test/store/postgres/bridges.test.ts'],
    ["another bridge's intent is told apart", "row['bridge'] !== bridge && {", "row['bridge'] === '' && {"],
  ),
  ...breaking(
    'src/store/postgres/bridges-of-board.ts',
    ['test/store/postgres/bridges.test.ts'],
    [
      'transactions that end late are not missed',
      'SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS position',
      'SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS position',
    ],
    [
      'what a replaced database holds is read again',
      'OR (epoch IS NOT NULL AND $2::xid8 > pg',
      'AND NOT (false AND $2::xid8 > pg',
    ],
    ['nobody shows anything below what others have shown', 'if (shown.rows.length > 0 || !', 'if (!'],
    ['an epoch is begun once', ' || !shown.epochs.every(isKnown)) return shown;', ') return shown;'],
    ['one bridge after the other shows rows', 'FOR NO KEY UPDATE', 'FOR KEY SHARE'],
    ['a mark never falls', 'greatest(w.high, excluded.high)', 'excluded.high'],
    [
      'the others are told of new rows',
      "      await query('SELECT pg_notify($1, $2)', [CHANNEL, `rows ${id} ${board}`]);\n",
      '',
      HANGS,
    ],
  ),
  ...breaking(
    'src/store/postgres/identity.ts',
    ['test/store/postgres/bridges.test.ts'],
    [
      'bridges with other settings do not serve one board',
      'if (other !== undefined && !(await isAlone(client, allOf(board)))) {',
      "if (other === 'none') {",
    ],
    [
      'settings can be changed once all bridges are stopped',
      'if (other !== undefined && !(await isAlone(client, allOf(board)))) {',
      'if (other !== undefined) {',
    ],
  ),
  ...breaking(
    'src/store/postgres/identity.ts',
    ['test/store/postgres/identity.test.ts'],
    ['one bridge says what they are', 'WHERE board = $1 FOR UPDATE', 'WHERE board = $1'],
  ),
  ...breaking(
    'src/store/postgres/lease.ts',
    ['test/store/postgres/lease.test.ts'],
    ['without a valid lease, nothing is sent', 'this.isValid && this.#losses === losses', 'this.#losses === losses'],
    ['what others have taken over is not sent', 'this.isValid && this.#losses === losses', 'this.isValid'],
    [
      'what is under way is cut when the locks were not seen for too long',
      'timer = setTimeout(look, Math.ceil(this.#confirmed + this.#ms - performance.now())).unref();',
      'timer = undefined;',
      HANGS,
    ],
    ['what has ended is not cut', '    look();\n    return end;', '    look();\n    return () => {};'],
  ),
  ...breaking(
    'src/store/postgres/takeover.ts',
    ['test/store/postgres/bridges.test.ts'],
    ['a bridge is dead only when its lock can be taken', 'if (!(await isFree(query, lockOf(dead)))) return;', ''],
    [
      'who was counted as dead does not go on under its name',
      "await query('DELETE FROM bridges WHERE board = $1 AND id = $2', [this.#board, dead]);",
      '',
      HANGS,
    ],
    [
      'what was taken over, and nobody heard so, is settled',
      'const own = await this.#member.requireMember(query);',
      'this.#left.clear();\n      const own = await this.#member.requireMember(query);',
      HANGS,
    ],
  ),
  ...breaking(
    'src/store/postgres/bridge-row.ts',
    ['test/store/postgres/bridges.test.ts'],
    ['who was replaced writes nothing', 'return own.length > 0;', 'return own.length >= 0;'],
    [
      'the intents of a bridge that is back in time stay its own',
      'if (removed.length > 0) {',
      'if (removed.length > 1) {',
    ],
  ),
  ...breaking(
    'src/store/postgres/joining.ts',
    ['test/store/postgres/bridges.test.ts'],
    [
      '… which it can while it lives',
      "await client.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [lockOf(id)]);",
      '',
    ],
    ['who wants to be alone is', 'if (rows[0]?.locked === true) return;', 'return void rows;', HANGS],
  ),
  ...breaking(
    'src/store/postgres/membership.ts',
    ['test/store/postgres/bridges.test.ts'],
    [
      'what a bridge was not told of is looked up',
      'version > this.#version || this.#version < 0n',
      'version > this.#version && this.#version < 0n',
      HANGS,
    ],
    ['who was alone and is no more is told', '=== true && !wasThere)', '=== true && wasThere)', HANGS],
    [
      'who does not reach the board does not lead',
      'const wants = this.#state.reachesBoard;',
      'const wants = true;',
      HANGS,
    ],
  ),
  ...breaking(
    'src/store/postgres/postgres.ts',
    ['test/store/postgres/permanent-database.test.ts'],
    ['a connection that broke is not the end', 'if (client !== undefined && tries === 1) continue;', ''],
    [
      'what is committed is on disk',
      "current_setting('synchronous_commit') = 'off'",
      "current_setting('synchronous_commit') = 'none'",
    ],
  ),
  ...breaking(
    'src/store/postgres/schema.ts',
    ['test/store/postgres/permanent-database.test.ts'],
    ['a newer database is refused', 'if (done > MIGRATIONS.length) {', 'if (done > 1e6) {'],
  ),
  ...breaking(
    'src/server/permanent-store.ts',
    ['test/cli/postgres.test.ts'],
    [
      'a database that knows nothing of the board is not begun anew',
      'if (trace === undefined || (await',
      'if (trace === undefined || !(await',
    ],
    [
      'what was moved is not served from where it was',
      'if (!(await opened.permanent.isMoved())) return',
      'if (true) return',
      HANGS,
    ],
  ),
  ...breaking(
    'src/store/database.ts',
    ['test/store/database.test.ts'],
    ['a database with two names is refused', 'if (names < 2) return;', 'if (names < 3) return;'],
    [
      'a link beside a database is named before it is opened',
      '?.isSymbolicLink() !== true) continue;',
      '?.isFIFO() !== true) continue;',
    ],
    [
      '… also where it is read',
      '  refuseLinksBeside(path);\n  requireLog(path);\n  try {',
      '  requireLog(path);\n  try {',
    ],
    [
      "somebody else's database is left alone",
      '    refuseForeign(db, path, schema);\n    // The file',
      '    // The file',
    ],
    ['a newer schema is refused', 'if (version > schema.migrations.length) {', 'if (version > 1000) {'],
    ['a table that is missing is noticed', '    requireTables(db, path, schema);\n', ''],
    [
      'an upgrade that is not possible is damage',
      'error.errcode === 1)) throw error;',
      'error.errcode === 0)) throw error;',
    ],
    [
      'a crash while upgrading leaves the old schema or the new',
      'db.exec(`PRAGMA user_version=${schema.migrations.length}`);',
      '',
    ],
  ),
  ...breaking(
    'src/store/disposable-file.ts',
    ['test/store/cache.test.ts'],
    ['what was deleted is overwritten', 'this.guard(() => purgeDeleted(this.#db), undefined);', ''],
    [
      'a damaged cache is made again',
      "if (error.kind === 'corrupt' || error.kind === 'newer') {",
      "if (error.kind === 'newer') {",
    ],
    ['a cache that is lost goes on without its file', '    this.#statements.clear();\n', ''],
  ),
  ...breaking(
    'src/store/cache.ts',
    ['test/store/cache.test.ts'],
    [
      'the texts kept are bounded',
      'if (this.#textOctets <= this.#maxTextOctets) return [];',
      'if (this.#maxTextOctets > 0) return [];',
    ],
    ['a file that has texts is asked for them', 'texts === 0 ? new Numbers() : undefined', 'new Numbers()'],
    ['what is put for the first time can be read', '      this.#put?.add(item);\n', ''],
  ),
  ...breaking(
    'src/store/log-sync.ts',
    ['test/store/power-cut.test.ts'],
    [
      'what is acknowledged is on disk, also by a symbolic link',
      'this.#path = `${realPathOf(path)}-wal`;',
      'this.#path = `${realPathOf(path) && path}-wal`;',
    ],
  ),
  ...breaking(
    'src/store/database.ts',
    ['test/server/doctor.test.ts'],
    [
      'looking into a database does not hide that its log is lost',
      '  requireLog(path);\n  try {\n    return',
      '  try {\n    return',
    ],
  ),
  ...breaking(
    'src/server/doctor/stores.ts',
    ['test/server/doctor.test.ts'],
    ['doctor misses what the other files show', 'if (lost !== undefined) yield', 'if (lost?.exitCode === 2) yield'],
  ),
  ...breaking(
    'src/store/carry-numbering.ts',
    ['test/store/carry-numbering.test.ts', 'test/cli/backup.test.ts'],
    [
      'a restore gives no number again',
      'DELETE FROM recent_rows;\n       INSERT INTO recent_rows SELECT * FROM replaced.recent_rows;\n',
      '',
    ],
    ['a restore lets no mark fall', 'DO UPDATE SET high = max(high, excluded.high)', 'DO NOTHING'],
    ['what is replaced keeps its log', '?mode=ro`', '`'],
    ['what is replaced must be of the same board', 'if (!isLaterThan(db)) return false;', 'isLaterThan(db);'],
  ),
  ...breaking(
    'src/store/log-content.ts',
    ['test/store/log-content.test.ts'],
    ['a log begins like one', "|| !isHeader(header)) return 'damaged';", "&& !isHeader(header)) return 'damaged';"],
    [
      'a log has all that its index tells of',
      'return index !== undefined && lacksFrames(file, header, index)',
      'return index?.frames === 0 && lacksFrames(file, header, index)',
    ],
    ['a log has its commits as they were written', '|| !isSum(sum, octets, 16)) return;', ') return;'],
    ['an index of another log says nothing', 'if (!header.subarray(16, 24).equals(salt)) return false;', ''],
    ['what the database has may be missing', '|| frames <= backfilled', '|| frames < 1 || backfilled < 0'],
  ),
  ...breaking(
    'src/store/log-presence.ts',
    ['test/store/whole.test.ts'],
    ['a file that was cut off is noticed beside its log', '    requireWhole(path, log);\n', ''],
  ),
  ...breaking(
    'src/store/whole.ts',
    ['test/store/whole.test.ts'],
    ['what is in the log is not missing from the file', 'if (!pages.has(page)) return true;', 'return true;'],
    ['pages that are free are not missed', '    checkPages(db, path);\n', '    throw new Error();\n'],
    ['looking at a file that was cut off leaves it as it is', '{ readOnly: true }', '{}'],
  ),
  ...breaking(
    'src/store/log-presence.ts',
    ['test/store/database.test.ts'],
    ['looking into an open database ends none of its locks', '  if (openHere.has(realPathOf(path))) return;\n', ''],
    ['a copy does not get the log of what it replaces', '    refuseForeignLog(path, log);\n', ''],
    [
      'a log is looked for beside the file',
      'return `${realPathOf(path)}-wal`;',
      'return `${realPathOf(path) && path}-wal`;',
    ],
  ),
];
