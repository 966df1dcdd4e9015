// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are lines of code
/** What an operator is told: metrics, log, status page. */
import { breaking, type Mutant } from './mutant.ts';

export const watchingMutants: readonly Mutant[] = [
  ...breaking(
    'src/ops/event-loop-lag.ts',
    ['test/ops/metrics.test.ts'],
    ['the wait for the next look is no lag', 'Math.max(0, ns / 1e9 - EVERY / 1000)', 'Math.max(0, ns / 1e9)'],
    ['lag is that since the last scrape', '    samples.reset();', ''],
  ),
  ...breaking(
    'src/ops/metrics.ts',
    ['test/ops/http.test.ts'],
    ['what never happened is 0, not absent', 'collect: () => this.#beginPosts(),\n', ''],
    ['posts that were refused are no posts', "if (outcome === 'posted') this.totals.posts++;", 'this.totals.posts++;'],
  ),
  ...breaking(
    'src/server/watched-folder.ts',
    ['test/server/watched-folder.test.ts'],
    ['a disk that cannot be asked is unknown', '      this.disk = undefined;\n', ''],
    ['free is what this process may write', 'freeOctets: bavail * bsize', 'freeOctets: 0 * bavail * bsize'],
  ),
  ...breaking(
    'src/nntp/connection/certificate.ts',
    ['test/server/watched-folder.test.ts'],
    [
      'the expiry that is told is that of the newest file',
      '    this.#refresh();\n    return this.#expires;',
      '    return this.#expires;',
    ],
  ),
  ...breaking(
    'src/bridge/posting/refused-because.ts',
    ['test/server/counted-posts.test.ts'],
    ['who may not post is counted under rights', "if (judged || error.kind === 'forbidden') return 'rights';", ''],
    [
      'a header that a board made up is no label',
      "return isField(field) ? field : 'header';",
      "return (field as 'header') ?? 'header';",
    ],
    [
      'a full disk of the embedded board is the disk',
      `if (error.message.startsWith("the server's disk ")) return 'disk';`,
      '',
    ],
  ),
  ...breaking(
    'src/bridge/posting/article-poster.ts',
    ['test/cli/logging.test.ts'],
    [
      'posted and refused have the connection',
      'const from = { connection: peer.connection, address: peer.address };',
      'const from = { address: peer.address };',
    ],
  ),
  ...breaking(
    'src/nntp/session.ts',
    ['test/cli/logging.test.ts'],
    [
      'a refused login has the connection',
      "log.warn({ connection, address, user, reason: error.message }, 'login refused');",
      "log.warn({ address, user, reason: error.message }, 'login refused');",
    ],
  ),
  ...breaking(
    'src/ops/page-style.ts',
    ['test/ops/contrast.test.ts'],
    ['text can be read', '--dim:#62625b', '--dim:#8a8a83'],
    ['text can be read in the dark', '--ok:#62c98f', '--ok:#2a7a4f'],
  ),
  ...breaking(
    'src/ops/page.ts',
    ['test/ops/http.test.ts'],
    [
      'a certificate that expires soon is marked',
      'return seconds < CERTIFICATE_SOON ? marked(text) : text;',
      'return text;',
    ],
    ['the title says what is away', "away.length === 0 ? '' : ", "away.length >= 0 ? '' : "],
  ),
  ...breaking(
    'src/ops/http.ts',
    ['test/ops/http.test.ts'],
    ["nothing but the page's own script runs", ' script-src ${hashOf(script)};', ''],
  ),
  ...breaking(
    'src/wire/trouble.ts',
    ['test/ops/log.test.ts'],
    [
      'what SQLite says of a disk is no bug',
      '  if (error instanceof Trouble && error.explainsCause) return true;\n',
      '',
    ],
    ['a bug behind a trouble is still a bug', ' && (error.cause === undefined || isTrouble(error.cause))', ''],
    [
      "Node's own errors about wrong calls are bugs",
      "return !error.code.startsWith('ERR_') || /^ERR_(?:SSL|TLS|SOCKET_CLOSED)/.test(error.code);",
      'return true;',
    ],
  ),
  ...breaking(
    'src/ops/redact.ts',
    ['test/ops/log.test.ts'],
    [
      'what is no bug has no stack',
      "name === 'err' && isTrouble(value) ? ['reason', reasonOf(value)] : [name, redactValue(name, value, 0)]",
      '[name, redactValue(name, value, 0)]',
    ],
  ),
  ...breaking(
    'src/nntp/commands/receive.ts',
    ['test/server/counted-posts.test.ts'],
    ['an article that is too large is counted', '  observer.articleRefused?.(why);\n', '  void [observer, why];\n'],
  ),
];
