import type { Mutant } from './mutant.ts';

const GATE = 'test/nntp/login-gate.test.ts';
const FAIR = 'test/nntp/fairness.test.ts';
const SHARE = 'test/wire/fair-share.test.ts';
const ARTICLES = 'test/nntp/rfc3977-articles.test.ts';
const WILDMAT = 'test/nntp/wildmat.test.ts';
const LIMITS = 'test/nntp/limits.test.ts';
const LISTENERS = 'test/nntp/listeners.test.ts';
const BRIDGE = 'test/bridge/bridge.test.ts';

export const nntpMutants: readonly Mutant[] = [
  {
    promise: 'LISTGROUP includes the upper bound of its range',
    file: 'src/nntp/commands/listgroup.ts',
    find: 'Math.min(high, MAX_NUMBER)',
    replace: 'Math.min(high, MAX_NUMBER) - 1',
    tests: [ARTICLES],
  },
  {
    promise: 'LISTGROUP ends with the upper bound of its range',
    file: 'src/nntp/commands/listgroup.ts',
    find: 'Math.min(high, MAX_NUMBER)',
    replace: 'Math.min(high, MAX_NUMBER) + 1',
    tests: [ARTICLES],
  },
  {
    promise: 'the highest article number there may be is an article number',
    file: 'src/nntp/commands/listgroup.ts',
    find: 'Math.min(high, MAX_NUMBER)',
    replace: 'Math.min(high, MAX_NUMBER - 1)',
    tests: [ARTICLES],
  },
  {
    promise: 'the high mark of a selected newsgroup that goes stays',
    file: 'src/nntp/selection.ts',
    find: 'low: high + 1,\n    high,',
    replace: 'low: 1,\n    high: 0,',
    tests: ['test/nntp/ends.test.ts'],
  },
  {
    promise: 'a login attempt counts before it begins',
    file: 'src/nntp/guess-count.ts',
    find: 'this.#underWay++;',
    replace: '',
    tests: [GATE],
  },
  {
    promise: 'after a failure, attempts take turns',
    file: 'src/nntp/guess-count.ts',
    find: 'failures > 0 ? 1 : this.#limits.failedLogins',
    replace: 'this.#limits.failedLogins',
    tests: [GATE],
  },
  {
    promise: 'a success forgives its own account only',
    file: 'src/nntp/guess-count.ts',
    find: 'this.#failures.delete(key);',
    replace: 'this.#failures.clear();',
    tests: [GATE],
  },
  {
    promise: 'guesses are counted by account',
    file: 'src/nntp/login-gate.ts',
    find: 'if (!this.#known.has(pair)) counts',
    replace: 'if (pair === "") counts',
    tests: [GATE],
  },
  {
    promise: 'people log in from where they have before, whatever others do to their account',
    file: 'src/nntp/login-gate.ts',
    find: 'if (!this.#known.has(pair)) counts',
    replace: 'counts',
    tests: [GATE],
  },
  {
    promise: 'guesses are counted by /64',
    file: 'src/nntp/login-gate.ts',
    find: 'const from = addressKey(address);',
    replace: 'const from = addressKey("") + address;',
    tests: [GATE],
  },
  {
    promise: 'turns of a crowd take no longer together than one may',
    file: 'src/wire/fair-share.ts',
    find: 'this.#due && now >= this.#roundEnds',
    replace: 'this.#due && now < 0',
    tests: [SHARE, FAIR],
  },
  {
    promise: 'steps that take long after all are counted one by one',
    file: 'src/wire/fair-share.ts',
    find: 'small && now - this.#looked < BRIEF ?',
    replace: 'small ?',
    tests: [SHARE],
  },
  {
    promise: 'the clock is not read after each small step',
    file: 'src/wire/fair-share.ts',
    find: 'if (small && ++this.#steps < this.#stride) return false;',
    replace: 'if (small && ++this.#steps < 0) return false;',
    tests: [SHARE],
  },
  {
    promise: 'newcomers do not wait for the crowd',
    file: 'src/wire/fair-share.ts',
    find: 'of [this.#fresh, this.#light, this.#heavy]) if',
    replace: 'of [this.#light, this.#heavy]) if',
    tests: [SHARE],
  },
  {
    promise: 'who needs a few turns does not wait for a crowd that has had many',
    file: 'src/wire/fair-share.ts',
    find: 'const light = had < MUCH;',
    replace: 'const light = had < 0;',
    tests: [SHARE],
  },
  {
    promise: 'short work that somebody waits for does not wait for a crowd that has had many turns',
    file: 'src/wire/fair-share.ts',
    find: '      (light ? this.#light : this.#heavy).add(task, owner ?? task);',
    replace: '      this.#heavy.add(task, owner ?? task);',
    tests: [SHARE],
  },
  {
    promise: 'a crowd of newcomers shares what one would have had',
    file: 'src/wire/fair-share.ts',
    find: 'SHORTEST) : TURN / (1 + others);',
    replace: 'SHORTEST) : TURN / Math.min(1 + others, 1);',
    tests: [SHARE],
  },
  {
    promise: 'articles are taken off the wire in turns',
    file: 'src/nntp/connection/incoming.ts',
    find: '    if (this.#article) this.#ahead.push(chunk);\n',
    replace: '    if (this.#article) for (this.#ahead.push(chunk); this.advance(); );\n',
    tests: [FAIR],
  },
  {
    promise: 'a long piece of an article is taken in several steps',
    file: 'src/nntp/connection/incoming.ts',
    find: 'const PIECE = 16 * 1024;',
    replace: 'const PIECE = 16 * 1024 * 1024;',
    tests: [FAIR],
  },
  {
    promise: 'a client that does not read has little made for it, with many of them less',
    file: 'src/nntp/connection/outgoing.ts',
    find: 'Math.min(unsent, unsentInAll / Outgoing.#open)',
    replace: 'Math.max(unsent, unsentInAll / Outgoing.#open)',
    tests: ['test/nntp/memory.test.ts'],
  },
  {
    promise: 'a wildmat costs no more where one character leads to many states',
    file: 'src/nntp/syntax/wildmat.ts',
    find: 'if ((counts.get(code) ?? 0) <= this.#otherwise.length) continue;',
    replace: '',
    tests: [WILDMAT],
  },
  {
    promise: 'a wildmat is compiled once',
    file: 'src/nntp/syntax/wildmat.ts',
    find: 'if (known) return known;',
    replace: '',
    tests: [WILDMAT],
  },
  {
    promise: 'a wildmat is no longer than a line',
    file: 'src/nntp/syntax/wildmat.ts',
    find: 'if (text.length > MOST_STATES) return undefined;',
    replace: '',
    tests: [WILDMAT],
  },
  {
    promise: 'a wall clock that jumps ends nothing',
    file: 'src/nntp/server.ts',
    find: 'clock = () => performance.now()',
    replace: 'clock = Date.now',
    tests: [LIMITS],
  },
  {
    promise: 'what clients can make the log say is bounded',
    file: 'src/nntp/server.ts',
    find: 'boundedLog(options.log ?? silent)',
    replace: '(boundedLog(silent), options.log ?? silent)',
    tests: [LIMITS],
  },
  {
    promise: 'answers do not wait for Nagle’s algorithm',
    file: 'src/nntp/server.ts',
    find: 'noDelay: true',
    replace: 'noDelay: false',
    tests: [FAIR],
  },
  {
    promise: 'a browser is cut off although its request line is too long to be looked at',
    file: 'src/nntp/syntax/http.ts',
    find: "(first.includes(':') && HEADERS.test(first))",
    replace: 'false',
    tests: ['test/nntp/attacks.test.ts'],
  },
  {
    promise: 'PROXY headers are believed from trusted balancers alone',
    file: 'src/nntp/connection/arrivals.ts',
    find: 'else if (listener.trusts(address))',
    replace: 'else if (listener.proxyProtocol)',
    tests: [LISTENERS],
  },
  {
    promise: 'a reload tells the boards of readers who are there',
    file: 'src/bridge/bridge.ts',
    find: '      this.#readers.set(reader, this.#arrive());\n      leave();',
    replace: '      leave();',
    tests: [BRIDGE],
  },
  {
    promise: 'a login that fails leaves the session as it was',
    file: 'src/bridge/reader.ts',
    find: 'this.#person = await this.#all.logins.login(user, password, this.#peer);\n',
    replace:
      'this.#person = undefined;\n    this.#person = await this.#all.logins.login(user, password, this.#peer);\n',
    tests: [BRIDGE],
  },
];
