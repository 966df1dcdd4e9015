// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are lines of code
import { breaking, HANGS } from './mutant.ts';

const LOGIN = ['test/rgtp/client/login.test.ts'];
const TRANSPORT = ['test/rgtp/client/transport.test.ts'];
const POOL = ['test/rgtp/client/pool.test.ts'];

export const rgtpMutants = [
  ...breaking(
    'src/rgtp/client/pool.ts',
    POOL,
    [
      'who waits beside a connection that is lent for long gets another',
      'this.#retrying = setTimeout(() => this.#grow(), this.#options.retry ?? DEFAULT_RETRY).unref();',
      '',
      HANGS,
    ],
    [
      'nobody waits for a connection that has ended',
      'if ([...this.#working].some(({ usable }) => usable)) {',
      'if (this.#working.size > 0) {',
      HANGS,
    ],
  ),
  ...breaking(
    'src/rgtp/client/login.ts',
    LOGIN,
    [
      "the board's own proof is checked before anything else is sent",
      'if (proof !== undefined) verify(step, proof);\n        else if',
      'if',
    ],
    [
      "a wrong proof of the board's is an attack",
      "if (!serverProof(proof).equals(Buffer.from(hex, 'hex')))",
      "if (hex === '')",
    ],
    [
      'a board that asks for no proof is not believed',
      'else if (proofDue && credentials.secret !== undefined)',
      'else if (proofDue && credentials.secret === undefined && proof !== undefined)',
    ],
    [
      'only one proof is given on a connection',
      'if (step.code === 333 && proof === undefined) {',
      'if (step.code === 333) {',
    ],
  ),
  ...breaking(
    'src/rgtp/client/transport.ts',
    TRANSPORT,
    [
      'an answer that nobody asked for ends the connection',
      'if (pending === undefined) throw unasked(status);',
      'if (pending === undefined) return;',
    ],
    [
      'no command is sent within an exchange of several steps',
      'while (!this.#exclusive && this.#underWay',
      'while (this.#underWay',
    ],
    [
      'a silent board is given up',
      'this.#deadline = ms === undefined ? undefined : setTimeout(() => this.#expire(ms), ms).unref();',
      'this.#deadline = ms === undefined ? undefined : setTimeout(() => {}, ms).unref();',
    ],
  ),
  ...breaking(
    'src/rgtp/client/pending.ts',
    TRANSPORT,
    ['data are bounded', 'if (this.#octets > limit) throw nonsense(`data of over ${limit} octets`);', ''],
    [
      '1xx lines are bounded',
      'if (this.#preliminary.length > MAX_PRELIMINARY)',
      'if (this.#preliminary.length === Infinity)',
    ],
    ['data arrive without their dots', '    this.#passOn(line.subarray(1));\n', '    this.#passOn(line);\n'],
  ),
  ...breaking(
    'src/rgtp/client/pending.ts',
    ['test/rgtp/client/reading.test.ts'],
    [
      'a stuffed line counts among the octets that are not read',
      '    this.#unread = Math.max(this.#unread - line.length - CRLF.length, 0);\n',
      '',
    ],
    [
      'no line is too long because many are taken together',
      'this.takeData(length > this.#bounds.maxLine ? TOO_LONG : lines.subarray(start, start + length));',
      'this.takeData(lines.subarray(start, start + length));',
    ],
    ['no line of an item is too long', '  if (lines.length > maxLine) return undefined;\n', ''],
    ['lines of an item end in LF, too', '    if (text.charCodeAt(end - 1) !== CR) return undefined;\n', ''],
  ),
  ...breaking(
    'src/wire/line-reader.ts',
    ['test/wire/line-reader.test.ts'],
    [
      'what follows a line that came in two pieces is not lost',
      'const all = this.#following.length > 0 ? Buffer.concat([rest, this.#following]) : rest;',
      'const all = rest;',
    ],
    ['many lines end before a dot', '(dot < 0 ? arrived.lastIndexOf(LF) : dot) + 1;', 'arrived.lastIndexOf(LF) + 1;'],
  ),
  ...breaking(
    'src/rgtp/client/pool.ts',
    POOL,
    [
      'a lock or another level is not handed on',
      'if (!connection.idle || connection.level !== level) connection.destroy();',
      '',
    ],
    [
      'a connection whose task failed is not lent again',
      '    } catch (error) {\n      connection.destroy();\n      throw error;',
      '    } catch (error) {\n      throw error;',
    ],
    [
      'connections are bounded',
      'while (this.#waiters.length > 0 && this.#open < this.#options.size) {',
      'while (this.#waiters.length > 0) {',
    ],
  ),
  ...breaking(
    'src/rgtp/client/reset.ts',
    ['test/rgtp/client/reset.test.ts'],
    ['what was sent, and is cut, does not arrive', 'socket.resetAndDestroy();', 'socket.destroy();'],
    ['… nor over TLS', 'below.get(stream) ?? stream', 'stream'],
  ),
];
