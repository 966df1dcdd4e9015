// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are lines of code
import { breaking, HANGS } from './mutant.ts';

const REMEMBERED = ['test/bridge/login/remembered-proofs.test.ts'];
const UNDECIDED = ['test/server/guests-elsewhere.test.ts'];
const AWAY = ['test/server/board-away.test.ts'];
const GUESSES = ['test/board/failed-proofs.test.ts'];

/** Logins while the board is away; guesses over RGTP; damaged accounts. */
export const loginMutants = [
  ...breaking(
    'src/board/users.ts',
    ['test/board/accounts.test.ts'],
    ['an account whose secret does not open concerns nobody else', 'return nobodys;', "throw new Error('closed');"],
    ['its secret is kept as it is', 'this.#unopened.get(secret) ?? this.#box', 'this.#box'],
    [
      'a key that opens any secret is the board’s',
      'if (!this.isUnopened(account)) return true;',
      'if (!this.isUnopened(account)) return !hasSecrets;',
    ],
  ),
  ...breaking(
    'src/board/upkeep/verify.ts',
    ['test/board/accounts.test.ts'],
    ['and it is named by verify', 'if (users.isUnopened(account))', 'if (!users)'],
  ),
  ...breaking(
    'src/bridge/login/board-rights.ts',
    ['test/bridge/login/board-rights.test.ts'],
    [
      'rights that can’t be looked up are none',
      'if (error instanceof Refusal) return false;',
      'if (error instanceof RangeError) return false;',
    ],
  ),
  ...breaking(
    'src/bridge/login/local-accounts.ts',
    ['test/bridge/login/local-accounts.test.ts'],
    ['of two accounts with one name there is one', 'putAccount(stored, null)', 'putAccount(stored)'],
    ['what was removed meanwhile stays removed', 'passwordHash }, stored))', 'passwordHash }))'],
    ['no local account is added with another key', '    await this.tryKey();\n', ''],
    ['a damaged local account keeps nobody else out', 'failure ??= error;', 'throw error;'],
    ['a damaged password is named', 'if (!isPasswordHash(passwordHash)) {', 'if (passwordHash === name) {'],
    [
      'settings that are damaged are none',
      '  } catch {\n    return',
      '  } catch (error) {\n    if (error) throw error;\n    return',
    ],
  ),
  ...breaking(
    'src/server/board-users.ts',
    ['test/cli/upkeep.test.ts'],
    [
      'who renews a secret is shown the one that was set',
      'randomBytes(SECRET_OCTETS);',
      'Buffer.alloc(SECRET_OCTETS);',
    ],
  ),
  ...breaking(
    'src/cli/run.ts',
    ['test/cli/usage.test.ts'],
    [
      'names that are not UTF-8 are refused on the command line',
      'if (unreadable !== undefined) {',
      'if (unreadable === "") {',
    ],
  ),
  ...breaking(
    'src/config/keys.ts',
    ['test/config/load.test.ts'],
    ['and in the configuration', '0\\uFFFD]*$/)', '0]*$/)'],
  ),
  ...breaking(
    'src/store/postgres/logins-table.ts',
    ['test/store/permanent.test.ts'],
    ['in a database, a name is taken once', "instead === null ? 'NOTHING' : REPLACE", 'REPLACE'],
    ['and only what is unchanged is replaced', 'AND password_hash = $7 RETURNING', 'AND $7 = $7 RETURNING'],
  ),
  ...breaking(
    'src/store/accounts-in-file.ts',
    ['test/store/permanent.test.ts'],
    ['in a file, a name is taken once', "instead === null ? 'IGNORE' : 'REPLACE'", "'REPLACE'"],
    ['and only what is unchanged is replaced', 'AND password_hash = ?', 'AND password_hash != ?'],
    ['local accounts that can’t be read are none', 'for (const listener of this.#listeners) listener([]);', '', HANGS],
    ['and are read again', '        seen = undefined;\n', '', HANGS],
    ['nor is a failed reading of them a bug', '      throw troubleFrom(error, this.#path);', '      throw error;'],
    ['and tell why', 'this.#trouble = troubleFrom(error, this.#path);', ''],
  ),
  ...breaking('src/server/rgtp-board.ts', UNDECIDED, [
    'no reader waits for what the board says about guests, if it can be asked before',
    '  void login.renew(undefined);\n',
    '',
    HANGS,
  ]),
  ...breaking(
    'src/nntp/session.ts',
    ['test/nntp/ends.test.ts'],
    [
      'who has gone logs in nowhere',
      '        if (this.#gone) throw',
      '        if (this.#gone && user === undefined) throw',
    ],
  ),
  ...breaking(
    'src/bridge/login/rgtp-login.ts',
    ['test/bridge/login/revoked.test.ts'],
    [
      'who proved the secret is told why the board refuses them',
      'error.proven ? wordsOf(error) : undefined',
      'undefined',
    ],
    ['sessions with the same login share one proof', 'this.#shared.get(key) ?? { unproven', '{ unproven'],
    ['a refused login is not asked for again at once', 'isRefused ? undefined : this.', 'this.'],
    ['nobody else is', 'error.proven ? wordsOf(error) : undefined', 'wordsOf(error)'],
  ),
  ...breaking(
    'src/bridge/login/rgtp-login.ts',
    ['test/bridge/internals.test.ts'],
    [
      'who cannot log in because the board answers nobody is told its words',
      'login now${because(error)}; try',
      'login now; try',
    ],
  ),
  ...breaking(
    'src/board/failed-proofs.ts',
    GUESSES,
    ['guesses at one account are bounded', 'most: MOST_OF_ACCOUNT', 'most: Number.MAX_VALUE'],
    [
      'and those of one address',
      'key: `address ${addressKey(address)}`, most: MOST_OF_ADDRESS',
      'key: `address ${addressKey(address)}`, most: Number.MAX_VALUE',
    ],
    ['who has been there gets in', 'if (known.has(pair)) return', 'if (pair === "") return'],
    [
      'and a neighbour does not guess without end',
      'return [{ key: pair, most: MOST_OF_ADDRESS }];',
      'return [{ key: pair, most: Number.MAX_VALUE }];',
    ],
    ['a success forgives its own account only', 'this.#failures.delete(pair);', 'this.#failures.clear();'],
    [
      'inside, nobody is kept out',
      'if (address === undefined) return [];',
      "if (address === undefined) address = '::1';",
    ],
  ),
  ...breaking(
    'src/board/login.ts',
    GUESSES,
    [
      'too many wrong proofs: none is looked at',
      'if (!failedProofs.mayTry(address, userid)) {',
      "if (userid === 'nobody') {",
    ],
    ['where somebody has been is known', '  failedProofs.succeeded(address, userid);\n', ''],
  ),
  ...breaking(
    'src/board/registration.ts',
    ['test/board/strangers.test.ts'],
    ['what cannot be sent takes back itself alone', '(this.#requests.get(caller) ?? 1) - 1', 'count'],
  ),
  ...breaking(
    'src/bridge/login/remembered-proofs.ts',
    REMEMBERED,
    [
      'a remembered login needs its secret',
      "return (await this.#isOf(stored, secret.toString('hex'))) ? stored.level : 'wrong';",
      'return stored.level;',
    ],
    [
      'the hash is compared where this run has not seen the secret',
      'if (!(await checkPassword(secret, hash))) return false;',
      '',
    ],
    [
      'in this run too',
      'if (known?.hash === hash) return known.digest === digest;',
      'if (known?.hash === hash) return true;',
    ],
    ['what the board refuses is forgotten', '      await this.#permanent.removeProof(userid, stored.hash);\n', ''],
    [
      'and at once',
      '      this.#known.set(userid, { hash: stored.hash, digest: undefined });\n      await',
      '      await',
    ],
    [
      'a guess takes nothing away',
      'if (stored === undefined || !(await this.#isOf(stored, secret))) return;',
      'if (stored === undefined) return;',
    ],
    [
      'what the board said last comes last',
      '.run(userid, () => task(userid, secret))',
      '.run(secret + Math.random(), () => task(userid, secret))',
    ],
    ['the age is bounded', 'this.#seconds() - stored.proven > KEPT || ', ''],
    ['what is too old is dropped', 'since: proven - KEPT', 'since: 0'],
    ['each day starts the count again', ' && Math.abs(proven - stored.proven) < DAY', ''],
    ['the number is bounded', 'most: this.#most', 'most: MOST'],
    ['a new secret counts', 'known.digest === digest;\n      if', 'known.digest !== undefined;\n      if'],
    ['a new level counts', 'stored.level === level && ', ''],
    [
      'where the new login cannot be kept the old one does not count',
      'if (stored !== undefined && !isSame)',
      'if (stored !== undefined && isSame)',
    ],
  ),
  ...breaking(
    'src/bridge/login/password.ts',
    ['test/bridge/login/local-accounts.test.ts'],
    ['hashes wait in a bounded queue', 'if (waiting.length >= MOST_WAITING) {', 'if (waiting.length < 0) {'],
  ),
  ...breaking(
    'src/bridge/login/password.ts',
    REMEMBERED,
    ['hashes are salted', 'const salt = randomBytes(SALT_OCTETS);', 'const salt = Buffer.alloc(SALT_OCTETS);'],
    ['and have their parameters with them', 'cost = { ln: Number(ln)', 'cost = { ln: 4'],
  ),
  ...breaking('src/store/permanent-file.ts', REMEMBERED, [
    'a clock that was ahead keeps nothing longer',
    '        clampProofs.run(proven);\n',
    '',
  ]),
  ...breaking('src/bridge/login/last-heard.ts', AWAY, [
    'a board that answers is not away',
    ' && !this.since(began)',
    '',
  ]),
  ...breaking(
    'src/bridge/login/rgtp-login.ts',
    AWAY,
    [
      'who was let in while it was away is asked about once it is back',
      'whileAway?.heard.since(unproven) === true',
      'whileAway?.heard.since(unproven) === undefined',
    ],
    [
      'who may not post ends their session with it',
      'if (shared !== undefined) this.#renewals.renewed(shared, undefined);',
      '',
    ],
    ['and is forgotten', '    await this.#options.whileAway?.remembered.refused(credentials);\n', ''],
    [
      'the board’s acceptance is remembered',
      '      await this.#options.whileAway?.remembered.accepted(credentials, level);\n      return level;',
      '      return level;',
    ],
  ),
  ...breaking(
    'src/bridge/login/while-away.ts',
    AWAY,
    [
      'where the board answers, what is remembered does not count',
      'if (whileAway.heard.isAway(cause, began)) {',
      'if (began >= 0) {',
    ],
    [
      'a wrong secret is a guess',
      "throw new Refusal('bad-credentials', 'the board is away",
      "throw new Refusal('unavailable', 'the board is away",
    ],
  ),
  ...breaking('src/nntp/dispatch.ts', UNDECIDED, [
    'who may not read yet is told what there is',
    'return client.server._needAuth(client, head) && client.access.notYet === undefined;',
    'return client.server._needAuth(client, head);',
  ]),
  ...breaking(
    'src/bridge/reader.ts',
    UNDECIDED,
    [
      'a newsgroup that nobody has decided about stays listed',
      'read || notYet !== undefined;',
      'read && notYet === undefined;',
    ],
    ['its articles are not denied', "if (later !== undefined) throw new Refusal('unavailable', later);", ''],
    ['nor shown', 'if (located !== undefined && read) return located;', 'if (located !== undefined) return located;'],
  ),
  ...breaking('src/bridge/login/local-accounts.ts', AWAY, [
    'what is remembered of an account goes with it',
    'if (stored !== undefined) await this.#permanent.removeProof(stored.userid.toLowerCase());',
    '',
  ]),
  ...breaking(
    'src/bridge/login/user-pools.ts',
    ['test/bridge/login/revoked.test.ts'],
    [
      'one question tells all who wait that the board is away',
      'if (heard?.isAway(error, began)) this.#proofs.giveUp(error);',
      '',
    ],
  ),
];
