import { breaking } from './mutant.ts';

const WIRE = 'test/wire';

export const frontEndMutants = [
  ...breaking(
    'src/wire/dots.ts',
    [`${WIRE}/dots.test.ts`],
    [
      'a line that begins with a dot carries one more',
      "line.startsWith('.') ? DOUBLED : NONE",
      "line.startsWith('..') ? DOUBLED : NONE",
    ],
    [
      'only CRLF, dot, CRLF ends an article',
      "return place === 'after a dot' ? 'after a dot and CR' : 'after CR';",
      "return place !== 'line start' ? 'after a dot and CR' : 'after CR';",
    ],
    [
      'an article that is too large is not stored',
      "if (octets > this.#maxOctets) this.#refuse('too large');\n    else if",
      'if',
    ],
    [
      'the memory of an article is given back',
      '    this.#allowance.give(this.#text.length);\n    this.#text = EMPTY;\n    this.#octets = 0;',
      '    this.#text = EMPTY;\n    this.#octets = 0;',
    ],
  ),
  ...breaking(
    'src/wire/line-reader.ts',
    [`${WIRE}/line-reader.test.ts`],
    [
      'of a line that is too long nothing is kept',
      '    this.#forget();\n    this.#discarding = true;',
      '    this.#discarding = true;',
      'The next look forgets it, and no octet comes in without one: the line costs a chunk more for as long as nothing comes.',
    ],
    ['a line over the limit is none', 'if (length <= this.#maxOctets) return', 'if (length <= 2 ** 40) return'],
  ),
  ...breaking(
    'src/wire/own-memory.ts',
    [`${WIRE}/own-memory.test.ts`],
    ['what caches and queues count is what they hold', 'Buffer.poolSize = 0;', ''],
  ),
  ...breaking(
    'src/wire/line-reader.ts',
    [`${WIRE}/own-memory.test.ts`],
    [
      'lines that were taken are not kept',
      '? Buffer.from(this.#bytes.subarray(this.#start)) :',
      '? this.#bytes.subarray(this.#start) :',
    ],
  ),
  ...breaking(
    'src/wire/address.ts',
    [`${WIRE}/address.test.ts`, 'test/nntp/login-gate.test.ts'],
    ['a /64 of IPv6 is one customer', 'const GROUPS_OF_64 = 4;', 'const GROUPS_OF_64 = 8;'],
  ),
  ...breaking(
    'src/nntp/guess-count.ts',
    ['test/nntp/login-gate.test.ts'],
    [
      'after too many failures nothing is tried',
      'if (failures >= this.#limits.failedLogins) {',
      'if (failures > this.#limits.failedLogins) {',
    ],
    ['what is over does not count again', '    this.#forgetOld();\n    this.#failedAt', '    this.#failedAt'],
    ['guessing in parallel gains nothing', 'this.#underWay < this.#room()', 'this.#room() > 0'],
    ['a crowd that waits is refused a few at a time', 'inLaterRounds(AT_ONCE,', 'inLaterRounds(1000,'],
    [
      'a crowd that waits is not woken for each',
      '  leave(): void {\n    this.#underWay--;\n    this.#next();',
      '  leave(): void {\n    this.#underWay--;\n    for (const _ of this.#waiting) this.#next();\n    this.#next();',
    ],
  ),
  ...breaking(
    'src/nntp/login-gate.ts',
    ['test/nntp/login-gate.test.ts'],
    ['who is known does not wait for those who guess at the same address', 'isKnown ? [own] : both', 'both'],
    [
      'but guesses at a known account count for the address',
      'both.map((count) => count.failed',
      'counts.map((count) => count.failed',
    ],
    [
      'a success forgives its own account only',
      'for (const count of both) count.forgive(pair);',
      'this.#addresses.clear();',
    ],
  ),
  ...breaking(
    'src/nntp/connection/admission.ts',
    ['test/nntp/limits.test.ts'],
    ['connections are bounded', "if (this.#all >= this.#limits.connections) return 'full';", ''],
    ['connections of one address are bounded', "if (here >= this.#limits.connectionsPerAddress) return 'address';", ''],
    ['a place is free when its connection has gone', '    this.#all--;', ''],
  ),
  ...breaking(
    'src/nntp/connection/article-memory.ts',
    ['test/nntp/article-memory.test.ts'],
    [
      'all articles under way share one allowance',
      'if (this.#held + octets > this.#limits.articles) return false;',
      '',
    ],
  ),
  ...breaking(
    'src/nntp/commands/receive.ts',
    ['test/nntp/rfc3977-posting.test.ts', 'test/nntp/article-memory.test.ts', 'test/nntp/limits.test.ts'],
    [
      'an article without its end is none',
      '  if (!article) return undefined;',
      "  if (!article) return '240 Article received';",
    ],
    ['the memory of a posted article is given back', '    article.release();', ''],
  ),
  ...breaking(
    'src/nntp/commands/post.ts',
    ['test/matrix/matrix.test.ts', 'test/nntp/rfc3977-posting.test.ts'],
    ['nobody posts who may not', 'if (!access.post) return', 'if (!access.post && access.read && false) return'],
  ),
  ...breaking(
    'src/nntp/commands/ihave.ts',
    ['test/matrix/matrix.test.ts', 'test/nntp/rfc3977-posting.test.ts'],
    ['what is held is not asked for', "if (wanted === 'held') return '435 Duplicate';", ''],
  ),
  ...breaking(
    'src/nntp/commands/feeding.ts',
    ['test/matrix/matrix.test.ts', 'test/nntp/rfc3977-posting.test.ts'],
    ['nobody feeds who may not post', 'if (client.access.post) return', 'if (client.access.read) return'],
  ),
  ...breaking(
    'src/nntp/commands/listgroup.ts',
    ['test/nntp/rfc3977-articles.test.ts', 'test/nntp/rfc3977-lists.test.ts', 'test/nntp/arguments.test.ts'],
    [
      'a range ends where it says',
      'group.numbers(low, Math.min(high, MAX_NUMBER))',
      'group.numbers(low, Math.min(high, MAX_NUMBER) - 1)',
    ],
  ),
  ...breaking(
    'src/nntp/selection.ts',
    ['test/nntp/ends.test.ts'],
    ['the high mark of a newsgroup that went does not fall', '    high,\n    count: 0,', '    high: 0,\n    count: 0,'],
  ),
  ...breaking(
    'src/nntp/commands/newnews.ts',
    ['test/nntp/rfc3977-lists.test.ts'],
    [
      'an article in two newsgroups is told once',
      'yield place === group.name ? messageId : undefined;',
      'yield messageId;',
    ],
  ),
  ...breaking(
    'src/nntp/connection/incoming.ts',
    ['test/nntp/rfc464x.test.ts', 'test/nntp/splits.test.ts', 'test/nntp/rfc3977-posting.test.ts'],
    ['what follows an article is a command', 'if (rest.length > 0) this.#reader.feed(rest);', ''],
    [
      'what was sent ahead of TLS is not believed',
      '    this.#ahead = [];\n    this.#reader.takeRest();',
      '    this.#ahead = [];',
    ],
  ),
  ...breaking(
    'src/nntp/syntax/status.ts',
    ['test/nntp/faults.test.ts', 'test/nntp/rfc3977-posting.test.ts', 'test/nntp/rfc3977-session.test.ts'],
    ['a status line is one line', "text.replace(/[\\r\\n\\t\\f]+/g, ' ')", 'text'],
  ),
];
