import { breaking } from './mutant.ts';

/** What newsreaders have shown: each of these made one of them give up, or misled its user. */
export const newsreaderMutants = [
  ...breaking(
    'src/bridge/login/logins.ts',
    ['test/cli/several-boards.test.ts'],
    [
      'who is logged in elsewhere is told how to log in here',
      'if (board === undefined || person === undefined || person.members.has(newsgroup)) return undefined;',
      'if (board === undefined || person === undefined || person.members.size > 0) return undefined;',
    ],
  ),
  ...breaking(
    'src/nntp/commands/login-refused.ts',
    ['test/cli/several-boards.test.ts'],
    ['a second login is refused clearly', 'if (client.authenticated) return status.loggedIn;', ''],
  ),
  ...breaking(
    'src/bridge/reader.ts',
    ['test/bridge/bridge.test.ts'],
    ['tin is told that a login gives posting', 'loginPosts === true ?', 'loginPosts === undefined ?'],
  ),
  ...breaking(
    'src/cli/user.ts',
    ['test/cli/several-boards.test.ts'],
    [
      'one name has one password',
      'differs = (await accounts.has(name)) && (await accounts.open(name, chosen)) === undefined;',
      "differs = (await accounts.has(name)) && chosen === '';",
    ],
    [
      'an account is removed from every board',
      'const known = board === undefined ? boardsWithAccounts(config) : [];',
      'const known: BoardConfig[] = [];',
    ],
  ),
  ...breaking(
    'src/cli/user.ts',
    ['test/cli/postgres.test.ts'],
    ['an account in a database is one on every board', 'isInDatabase(config, board) || ', ''],
  ),
  ...breaking(
    'src/cli/ask.ts',
    ['test/cli/several-boards.test.ts'],
    [
      'answers that came before the end of input count',
      'if (!this.#ended) {',
      'if (!this.#ended || this.#lines !== undefined) {',
    ],
  ),
];
