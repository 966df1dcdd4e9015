// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are lines of code
import { breaking } from './mutant.ts';

const COPY = ['test/board/live-copy.test.ts'];
const FOREIGN = ['test/board/live-foreign.test.ts'];
const EXPORT = ['test/cli/export.test.ts'];

/** Moving a board in and out. */
export const movingMutants = [
  ...breaking(
    'src/board/live/copied-index.ts',
    COPY,
    [
      'rows that a board has lost are lost in the copy',
      "if (this.#state === 'same' && this.#next() !== undefined) this.#state = 'differs';",
      '',
    ],
    ['items whose rows have changed are fetched again', '      [rest, now],\n      [now, rest],', '      [rest, now],'],
    ['items of new rows are fetched', 'if (isAppended && item !== null) this.#want.run(item);', ''],
  ),
  ...breaking(
    'src/board/live/copy.ts',
    COPY,
    [
      'a copy is whole only when nothing has changed since the last reading',
      'if (!moved && wanted === 0) break;',
      'if (reading > 1) break;',
    ],
    ['a board that never stands still is given up', 'if (reading > readings) {', 'if (reading > 10 * readings) {'],
    [
      'what was fetched from another board, or as another user, is not gone on with',
      'return origin !== undefined && origin.address === address && origin.user === user;',
      'return origin !== undefined && origin.address !== user;',
    ],
    ['a copy goes into an empty board only', 'if (!mayImport(store)) throw new BoardNotEmptyError(store.path);', ''],
    ['diffs of withdrawals are fetched', "if (kind !== 'edited') this.#copying.want('DIFF');", ''],
  ),
  ...breaking(
    'src/board/live/texts.ts',
    COPY,
    ['what the board does not have any more is not kept', '      this.#store.items.remove(id);\n', ''],
    [
      'an item that no row names is copied, too',
      'for (const other of [item.continuedFrom, item.continuedIn]) if (other !== undefined) this.#wantLinked(other);',
      '',
    ],
  ),
  ...breaking(
    'src/board/live/texts.ts',
    FOREIGN,
    ['one item that ends the connection does not end the import', 'if (times >= TRIES)', 'if (times < 0)'],
    ['items that name one another end', '|| this.#unindexed >= MOST_UNINDEXED', ''],
    ['a text of a spurge does not become a cookie', 'if (isSpurge) {', 'if (isSpurge && id === text) {'],
  ),
  ...breaking('src/board/live/whole-text.ts', FOREIGN, [
    'a text that is too large is left out',
    'if (end > most) throw new TooLargeError(`has over ${most} octets`);',
    '',
  ]),
  ...breaking(
    'src/board/live/finish.ts',
    COPY,
    ['the number of a withdrawal is not given again', '      next.seen(sequence);\n', ''],
    ["a copy's first start makes an editor and a guest", "    marks.set('without-people');\n", ''],
  ),
  ...breaking('src/board/first-start.ts', COPY, [
    'an account that is there stays',
    'for (const account of accounts) if (!isThere(account.userid)) store.users.put(account);',
    'for (const account of accounts) store.users.put(account);',
  ]),
  ...breaking(
    'src/news/archive.ts',
    ['test/news/archive.test.ts'],
    [
      'a line of text does not begin an article of an mbox',
      "replaceAll(/\\n(>*From )/g, '\\n>$1')",
      "replaceAll(/\\n(From )/g, '\\n>$1')",
    ],
    ['dots are not doubled in archives', ".replaceAll('\\n..', '\\n.')", ''],
  ),
  ...breaking(
    'src/server/archive/articles.ts',
    EXPORT,
    [
      'what is in several newsgroups is in an archive once',
      'if (!isKnown) yield { group, number };',
      'yield { group, number };',
    ],
    [
      'one item for which the board sends nonsense does not cost an archive',
      "return cause !== undefined && kind !== 'nonsense'",
      "return cause !== undefined && kind !== 'no-data'",
    ],
    [
      'an archive has the ids of posts made through the bridge',
      "else await copyFile('permanent', source, target);",
      '',
    ],
  ),
  ...breaking('src/server/archive/maildir.ts', EXPORT, [
    'a folder that is no Maildir is never replaced',
    'if (names === undefined || names.some((name) => !PARTS.some((part) => part === name))) {',
    'if (names === undefined) {',
  ]),
  ...breaking('src/store/work-folder.ts', EXPORT, [
    'what is incomplete has no name, and goes',
    '      await rm(this.path, { recursive: true, force: true });\n',
    '',
  ]),
];
