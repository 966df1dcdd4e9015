// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are lines of code
import { breaking, HANGS } from './mutant.ts';

const ALONE = ['test/cli/board.test.ts'];
const DISK = ['test/server/faulty-disk.test.ts'];
const MISTAKES = ['test/cli/mistakes.test.ts'];
const LOST = ['test/cli/lost-files.test.ts'];

/** What a sick disk and an operator's mistakes must not do. */
export const operatorMutants = [
  ...breaking(
    'src/main.ts',
    ['test/cli/heap.test.ts'],
    ['what is young is collected while the heap is marked', "setFlagsFromString('--no-separate-gc-phases');", ''],
    ['what nobody keeps stays young', "setFlagsFromString('--no-allocation-site-pretenuring');", ''],
  ),
  ...breaking(
    'src/cli/run.ts',
    ['test/cli/heap.test.ts'],
    ['the heap does not keep what a first reading took', '  boundHeap();\n', ''],
  ),
  ...breaking(
    'src/cli/run-service.ts',
    ['test/cli/heap.test.ts'],
    ['a service that starts does not collect the same again and again', '  loosenHeap();\n', ''],
    ['the heap is bounded again after a start', '  boundHeap();\n', ''],
  ),
  ...breaking(
    'src/board/spool/import.ts',
    ['test/board/import.test.ts'],
    [
      'what was not copied is missed',
      '    for (const name of names) this.#named.delete(name);\n',
      '    this.#named.clear();\n',
    ],
  ),
  ...breaking(
    'src/main.ts',
    ['test/cli/stopping.test.ts'],
    ['nobody debugs the server by a signal', "  process.on('SIGUSR1', () => {});\n", ''],
  ),
  ...breaking(
    'src/server/restore.ts',
    ['test/cli/backup.test.ts'],
    [
      'a restore that is cut off is known before anything is moved',
      '    markHalfRestored(config, aside);\n    const replaced = await setAside(old, aside);\n',
      '    const replaced = await setAside(old, aside);\n    markHalfRestored(config, aside);\n',
    ],
    [
      'the numbers shown before a restore that was cut off are not given again',
      '[to, ...before.map((folder) => join(dirname(to), folder, basename(to)))]',
      '[to, ...before.map((folder) => join(folder, basename(to)))]',
    ],
    [
      'a journal of the old board is not left beside the restored one',
      'DATABASE_ENDINGS.map((ending) => path + ending)',
      "DATABASE_ENDINGS.filter((ending) => ending !== '-journal').map((ending) => path + ending)",
    ],
  ),
  ...breaking(
    'src/cli/configuration.ts',
    ['test/cli/serve.test.ts'],
    ['a pipe is not read a second time', 'if (isFile === false) throw', 'if (isFile === null) throw', HANGS],
  ),
  ...breaking(
    'src/cli/run-service.ts',
    ['test/cli/serve.test.ts'],
    ['what is told during the start is not forgotten', '(await started.promise).reload(', 'service?.reload('],
  ),
  ...breaking(
    'src/config/check.ts',
    ['test/config/load.test.ts'],
    [
      'two listeners do not share a port',
      'if (!seen.has(place)) seen.add(place);',
      'if (!seen.has(place)) seen.add(`${place} ${seen.size}`);',
    ],
  ),
  ...breaking(
    'src/config/retired.ts',
    ['test/config/load.test.ts'],
    ['what every object has is no setting', 'Object.hasOwn(RETIRED, key) ? RETIRED[key] : undefined', 'RETIRED[key]'],
  ),
  ...breaking('src/server/doctor/login.ts', MISTAKES, [
    'check looks at the data folder',
    '[folders, ...localLooks(config)]',
    'localLooks(config)',
  ]),
  ...breaking(
    'src/store/work-folder.ts',
    ['test/cli/export.test.ts'],
    ['what a killed export has left is removed', '    await removeAbandoned(home);\n', ''],
    ['what one that runs has made is left', '  using _lock = takeLock(file);\n', ''],
    ['what has no lock is left', '  if (!existsSync(file)) {', '  if (!existsSync(path)) {'],
  ),
  ...breaking(
    'src/server/backup.ts',
    ['test/cli/backup.test.ts'],
    [
      'what a killed backup has left is removed',
      'if (other !== folder) await rm(',
      'if (other < folder && other > folder) await rm(',
    ],
    ['a folder with other files is no backup of ours', 'file.isFile() && FILE.test(file.name)', 'file.isFile()'],
    ['two backups into one folder are not made at the same time', '  using _lock = lockBackups(directory);\n', ''],
  ),
  ...breaking(
    'src/store/target.ts',
    ['test/store/target.test.ts'],
    ['a copy goes where a link leads, and the link stays', 'return realpath(path);', 'return path;'],
    [
      'what a link leads to is written only if it is a file',
      'if (!there.isFile()) throw',
      'if (!there.isFile() && !(await lstat(path)).isSymbolicLink()) throw',
    ],
    [
      'a link that leads nowhere stays',
      'if (there === undefined) {',
      'if (there === undefined) return path;\n  if (there === undefined) {',
    ],
    ['a link to a folder of the data is no target', 'const places = [path, led];', 'const places = [path];'],
    ['nor is a folder around it', '[...within, ...around]', 'within'],
    ['nor is a mount of it', 'one?.dev === there.dev && one.ino === there.ino)) return', 'one === there)) return'],
  ),
  ...breaking(
    'src/cli/board/export.ts',
    ['test/cli/upkeep.test.ts'],
    [
      'an exported board is not written into the data',
      '      await refuseOwnFolders(folder, keptOf(config, options.config));\n',
      '',
    ],
  ),
  ...breaking(
    'src/server/kept.ts',
    ['test/cli/backup.test.ts'],
    ['what the configuration names is not written over', 'files: [...namedIn(config), ', 'files: ['],
    ['the configuration is not written over', '...(file === undefined ? [] : [file])', ''],
  ),
  ...breaking(
    'src/server/systemd.ts',
    ['test/server/systemd.test.ts'],
    ['one message at a time', 'if (this.#off || this.#sending) return;', 'if (this.#off) return;'],
    [
      'a message that was lost is sent again',
      'else if (this.#states.length === 0) this.#states = [state];',
      'else if (this.#states.length > 2) this.#states = [state];',
      HANGS,
    ],
    [
      'what is over by now is not told',
      "    this.#states = [];\n    this.#enter('RELOADING=1'",
      "    this.#enter('RELOADING=1'",
    ],
    ['a child that hangs is ended', '      timeout: PATIENCE,\n', '', HANGS],
    [
      'nothing is said where nobody asked',
      "this.#off = environment['NOTIFY_SOCKET'] === undefined;",
      "this.#off = environment['PATH'] === undefined;",
    ],
    [
      'signs of life of another process are not ours',
      ' || (pid !== undefined && Number(pid) !== process.pid)) return undefined;',
      ' || (pid !== undefined && Number(pid) < 0)) return undefined;',
    ],
  ),
  ...breaking(
    'src/cli/completion.ts',
    ['test/cli/usage.test.ts'],
    [
      'where there is nothing to offer, a shell may offer files',
      'answers.completions.length === 0 ? FILES : NO_FILES',
      'answers.completions.length < 0 ? FILES : NO_FILES',
    ],
  ),
  ...breaking(
    'src/ops/hosts.ts',
    ['test/ops/http.test.ts'],
    ['what follows an address is a part of the name', '(?::\\d*)?$/;', '/;'],
  ),
  ...breaking(
    'src/server/manifest.ts',
    ['test/cli/backup.test.ts'],
    ['a backup names each file once', '.size === files.length,', '.size >= 0,'],
  ),
  ...breaking(
    'src/wire/small-file.ts',
    ['test/wire/small-file.test.ts'],
    ['a file without an end is not read to its end', 'length <= MOST; )', 'length <= 64 * MOST; )'],
    ['nobody waits for what a pipe does not say', ' | constants.O_NONBLOCK', '', HANGS],
    ['a device is not read', '  if (fstatSync(file).isFile()) return read(file);', '  return read(file);'],
  ),
  ...breaking(
    'src/store/errors.ts',
    DISK,
    [
      'why SQLite cannot write is asked for',
      'const code = VAGUE.has(primary) ? systemTrouble(path) : undefined;',
      'const code = VAGUE.has(-primary) ? systemTrouble(path) : undefined;',
    ],
    ['a quota is a full disk', "  EDQUOT: 'full',", "  EDQUOT: 'io',"],
  ),
  ...breaking(
    'src/store/writer.ts',
    ['test/store/writer.test.ts'],
    [
      'after a failed sync it is tried again until it can be promised',
      'finish(strict, effects, this.#failed(doubtOf(error, this.#path)));',
      'finish(strict, effects, doubtOf(error, this.#path));',
    ],
  ),
  ...breaking('src/board/error-response.ts', DISK, [
    'after a failed sync the board does not say that nothing was changed',
    'const doubtful = error instanceof StoreError && error.inDoubt;',
    'const doubtful = error instanceof StoreError && !error.inDoubt;',
  ]),
  ...breaking(
    'src/store/log-presence.ts',
    ['test/store/database.test.ts'],
    [
      'a close without room leaves the log',
      '    leaveOpen(db);\n    return;\n  }\n  noteClosed(db);\n  db.close();\n}\n\nfunction noteClosed',
      '  }\n  noteClosed(db);\n  db.close();\n}\n\nfunction noteClosed',
    ],
  ),
  ...breaking(
    'src/server/folders.ts',
    ['test/server/folders.test.ts'],
    [
      'two data folders that lead to one database are not both in use',
      '[folders.data, ...linkedFolders(folders.data)]',
      '[folders.data]',
    ],
    [
      'a link to a database that is to be made counts',
      'existsSync(link) ? realpathSync(link) : resolve(own, readlinkSync(link))',
      'existsSync(link) ? realpathSync(link) : link',
    ],
  ),
  ...breaking(
    'src/server/folders.ts',
    ['test/cli/mistakes.test.ts'],
    [
      'a lock that cannot be made is not taken for another server',
      "if (!(error instanceof StoreError) || error.kind !== 'locked') throw error;",
      '',
    ],
  ),
  ...breaking(
    'src/store/secret-box.ts',
    ['test/store/secret-box.test.ts'],
    [
      'no key is made beside what another has sealed',
      "(keyIn(path) ?? (make ? madeKey(path) : ''))",
      '(keyIn(path) ?? madeKey(path))',
    ],
  ),
  ...breaking('src/server/lost-files.ts', LOST, [
    'a key that is missing beside what it has sealed is said so',
    'if (holdsSomething(key) || !finds(path, (db) => db.prepare(secrets).get() !== undefined)) continue;',
    'if (key !== path) continue;',
  ]),
  ...breaking('src/server/board-cache.ts', LOST, [
    'a cache of another board is not taken in',
    'owners.includes(owner)) return cache;',
    'owners.length > 0) return cache;',
  ]),
  ...breaking('src/server/following.ts', LOST, [
    'a board is closed where it can’t be followed',
    '      await undo.run();\n      throw error;',
    '      throw error;',
  ]),
  ...breaking(
    'src/cli/run-service.ts',
    ['test/cli/stopping.test.ts'],
    ['a start that was told to end ends well', 'if (ending === undefined) throw err;', 'throw err;'],
  ),
  ...breaking('src/cli/run-service.ts', MISTAKES, [
    'the files of the configuration are looked at before anything is made',
    '  checkLocally(config);\n',
    '',
  ]),
  ...breaking('src/server/listening.ts', MISTAKES, [
    'an error is about a port where it came from a port',
    "if (!(error instanceof Error) || !('syscall' in error) || !CALLS.has(String(error.syscall))) return error;",
    '',
    'serve looks at its files before it opens a port, so no other error gets there',
  ]),
  ...breaking(
    'src/ops/metrics.ts',
    ['test/ops/metrics.test.ts'],
    [
      'the metrics of a closed server let it go',
      'const registers = [this.#registry];',
      'collectDefaultMetrics({ register: this.#registry });\n    const registers = [this.#registry];',
    ],
  ),
  ...breaking(
    'src/board/first-start.ts',
    ['test/board/first-start.test.ts'],
    ['a first start is one transaction', '    store.posting.addItem(', '    void store.posting.newItem('],
  ),
  ...breaking(
    'src/config/file.ts',
    ['test/config/load.test.ts'],
    ['a file that is no YAML is told of in few lines', '.slice(0, MOST)', ''],
    [
      'an unknown key is a mistake even if it is empty',
      'Object.entries(value).map(',
      'Object.entries(value).filter(([, inner]) => inner !== null).map(',
    ],
    [
      'an alias of nothing is told in our words',
      'node === undefined || around.includes(node)',
      'node && around.includes(node)',
    ],
    [
      'aliases are looked for only in a file that is YAML',
      "if (problems.length === 0) checkAliases(document, (at) => wrong(at, 'BAD_ALIAS'));",
      "checkAliases(document, (at) => wrong(at, 'BAD_ALIAS'));",
    ],
    ['aliases of aliases are not followed without end', 'document.toJS()', 'document.toJS({ maxAliasCount: -1 })'],
    [
      'an alias of what it is in is told in our words',
      'node === undefined || around.includes(node)',
      'node === undefined',
    ],
    ['a tag is told', '[...document.errors, ...document.warnings]', 'document.errors'],
  ),
  ...breaking(
    'src/cli/board.ts',
    ['test/cli/usage.test.ts'],
    ['an unknown subcommand of board is told, with the nearest', '      refuseUnknown(command);\n', ''],
  ),
  ...breaking(
    'src/server/board-service.ts',
    ALONE,
    [
      'a board that is served alone says which settings wait',
      "if (waiting.length > 0) this.#log.warn({ settings: waiting }, 'changed settings that wait for the next start');",
      '',
    ],
    ['a reload sets its log level', '    this.#log.setLevel(next.log.level);\n', ''],
    ['its metrics count logins', 'loggedIn: metrics.login.bind(metrics),', 'loggedIn: () => {},'],
  ),
  ...breaking(
    'src/store/postgres/logins-table.ts',
    ['test/store/postgres/bridges.test.ts'],
    [
      'while PostgreSQL is away, people log in as it was last',
      "if (error instanceof StoreError && error.kind === 'away' && this.#accounts !== undefined) return this.#accounts;",
      '',
    ],
  ),
  ...breaking(
    'src/store/postgres/permanent-database.ts',
    ['test/store/postgres/bridges.test.ts'],
    [
      'a bridge knows the accounts from its start',
      '    if (member !== undefined) await store.#logins.watchAccounts();\n',
      '',
    ],
  ),
  ...breaking('src/ops/page.ts', ALONE, [
    'its status page speaks of no newsreaders',
    "return sessions === undefined ? '' : `: ${counted(sessions, 'newsreader')} connected`;",
    "return `: ${counted(sessions ?? 0, 'newsreader')} connected`;",
  ]),
  ...breaking('src/server/doctor/ports.ts', ALONE, [
    'doctor expects no newsreaders where the board is served alone',
    "holder?.command !== 'board'",
    "holder?.command !== 'none'",
  ]),
  ...breaking(
    'src/server/invocation.ts',
    ['test/cli/first-start.test.ts'],
    ['the line that adds a person works', "'npm run rgtp-nntp --' : 'rgtp-nntp'", "'rgtp-nntp' : 'rgtp-nntp'"],
  ),
];
