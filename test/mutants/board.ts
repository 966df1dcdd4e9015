import { breaking, HANGS } from './mutant.ts';

const POSTING = ['test/board/posting.test.ts', 'test/board/crowd.test.ts'];
const EDITING = ['test/board/editing.test.ts'];
const SESSIONS = ['test/board/sessions.test.ts', 'test/board/login.test.ts', 'test/board/accounts.test.ts'];

export const boardMutants = [
  ...breaking(
    'src/board/text.ts',
    POSTING,
    ['a text ends with a dot alone', 'else if (raw.length === 1) return true;', 'else if (end === 1) return true;'],
    ['a text does not end between bare LFs', 'if (!this.#bareLf && (endedBare || afterBare)) {', 'if (false) {'],
  ),
  ...breaking(
    'src/board/text.ts',
    ['test/board/text.test.ts'],
    [
      'of thousands of faults, one makes an error',
      'if (this.#error !== undefined && (code !== 512 || this.#error.code === 512)) return;',
      'if (this.#error?.code === 512) return;',
    ],
    ['what follows a fault is not looked at', 'if (this.#error !== undefined) return;', ''],
  ),
  ...breaking(
    'src/board/posting.ts',
    POSTING,
    [
      'an item that is continued takes no reply',
      "if (item.continuedIn !== undefined) return { kind: 'continued', status: item };",
      '',
    ],
    [
      'an item never grows over its limit',
      'if (STATUS_OCTETS + item.text.length + post.text.length > limits.item)',
      'if (STATUS_OCTETS + item.text.length > limits.item)',
    ],
    [
      'of two continuations only the first is made',
      "if (old.continuedIn !== undefined) return { kind: 'continued', status: old };",
      '',
    ],
  ),
  ...breaking(
    'src/board/edit-lock.ts',
    EDITING,
    ['one editor at a time', 'if (this.#holder !== undefined) return this.heldBy(session);', ''],
    [
      'the lock is released by its holder alone',
      'if (this.heldBy(session)) this.#holder = undefined;',
      'this.#holder = undefined;',
    ],
  ),
  ...breaking(
    'src/board/editing.ts',
    EDITING,
    ['a withdrawn item has no rows', '      records.index.removeItem(itemId);', ''],
    [
      'an edit has a row of its own',
      "      records.index.append(formatIndexEntry({ sequence, time, itemId, userid, type: 'E', subject }));",
      '',
    ],
  ),
  ...breaking(
    'src/board/item-edit.ts',
    EDITING,
    ['a reply made during an edit is kept', 'text.concat(item.text.slice(sent.length))', 'text'],
    [
      'an edit of what has changed meanwhile is refused',
      'if (!item.text.startsWith(sent))',
      'if (item.text.length < sent.length)',
    ],
  ),
  ...breaking(
    'src/board/login.ts',
    SESSIONS,
    ['a wrong proof is no login', 'if (!timingSafeEqual(clientProof(facts), hash)) {', 'if (hash.length === 0) {'],
    ['a challenge is good for one proof', '  session.challenge = undefined;\n', ''],
    [
      'a disabled account is no login',
      'if (account.disabled && secret === undefined) deny(session, REVOKED.disabled);',
      '',
    ],
    ['nor is it one with a proof', 'if (fault !== undefined) deny(session, REVOKED[fault]);', ''],
    [
      'only who proves the secret hears that the account is disabled',
      'if (account.disabled && secret === undefined)',
      'if (account.disabled)',
    ],
    ['who waits for approval is not let in', 'levels.filter((one) => !one.waiting)', 'levels.filter(() => true)'],
  ),
  ...breaking(
    'src/board/session.ts',
    ['test/board/sessions.test.ts'],
    ['what comes after the last answer is not kept', "    this.#stream.off('data', this.#onData);\n", ''],
  ),
  ...breaking(
    'src/wire/endings.ts',
    ['test/board/sessions.test.ts'],
    ['who is turned away is read from', '    dropInTurns(socket);\n', ''],
  ),
  ...breaking(
    'src/wire/endings.ts',
    ['test/wire/endings.test.ts'],
    [
      '… and has to hang up',
      'const clock = setTimeout(() => socket.destroy(), this.#patience).unref();',
      'const clock = setTimeout(() => {}, this.#patience).unref();',
    ],
    ['… of whom there are not many at a time', 'if (this.#leaving.size >= most) {', 'if (this.#leaving.size > most) {'],
    ['… and who has hung up is none of them', '      this.#leaving.delete(socket);\n', ''],
  ),
  ...breaking(
    'src/nntp/connection/arrivals.ts',
    ['test/nntp/limits.test.ts'],
    [
      'who is turned away keeps nobody from arriving',
      '    this.#waiting.delete(socket);\n    const why',
      '    const why',
      HANGS,
    ],
  ),
  ...breaking(
    'src/board/arrivals.ts',
    ['test/board/sessions.test.ts'],
    ['a server that stops waits for nobody whom it turned away', '    this.#turnedAway.close();\n', '', HANGS],
  ),
  ...breaking(
    'src/board/session.ts',
    SESSIONS,
    [
      'a caller is looked up while the connection stands',
      'this.#identity = board.identify(caller);',
      'this.#identity = Promise.resolve(undefined);',
    ],
    [
      'a command above the level is refused',
      'if (this.level < command.level) {',
      'if (this.level + 1 < command.level) {',
    ],
    [
      'rights that are taken away are gone at the next command',
      'if (revoked !== undefined) throw new ErrorResponse(482, revoked);',
      '',
    ],
    [
      'EDLK and DATA start their own time limit',
      '      this.#take(line);\n      // After the command: EDLK and DATA change how long the client may be silent.\n      this.#arm();\n',
      '      this.#arm();\n      this.#take(line);\n',
    ],
    ['a client that asks for nothing but trouble fills no log', 'if (++this.#reports > MOST_REPORTS) return;', ''],
  ),
  ...breaking(
    'src/board/output.ts',
    ['test/board/output.test.ts'],
    ['who does not read is not written for', '    if (!more) this.#blocked = true;\n', '    void more;\n'],
  ),
  ...breaking(
    'src/board/items.ts',
    ['test/board/editing.test.ts', 'test/board/posting.test.ts', 'test/board/client.test.ts'],
    [
      'what an editor removed is in no ready answer',
      '    this.#writer.afterCommit(() => this.#ready.delete(item.id));',
      '',
    ],
    [
      'a line that begins with a dot arrives as it was',
      ".replaceAll('\\n.', '\\n..')",
      ".replaceAll('\\n.', '\\n..').replaceAll('\\n.', '\\n..')",
    ],
  ),
  ...breaking(
    'src/board/index-log.ts',
    ['test/board/sessions.test.ts'],
    [
      'after a number without a row come those after a wrap',
      'return at ?? position(this.#bySequence.get(0));',
      'return at;',
    ],
  ),
  ...breaking(
    'src/board/index-log.ts',
    ['test/board/index-log.test.ts'],
    [
      'who reads all of a large index finds some of it in memory',
      'if (hasRoom || ++this.#missed % ADMIT === 0)',
      'if (hasRoom || ++this.#missed > 0)',
    ],
  ),
  ...breaking(
    'src/board/unfinished.ts',
    ['test/board/import.test.ts'],
    ['a new board has the mark of an import from the start', '{ ...options, newWith: MARK }', 'options'],
    ['an empty board has it before anything is read', '  if (isOurs) marks.set(MARK);\n', ''],
    ['an import that was cut off before the board was there counts', 'if (isHalfMade(path)) throw', 'if (false) throw'],
    ['what an earlier import has left stays unfinished', 'if (isOurs && isEmpty(store)', 'if (isEmpty(store)'],
    ['an import that could read nothing is none', 'undefined) marks.clear(MARK);', 'undefined) return;'],
  ),
  ...breaking(
    'src/board/commands/table.ts',
    ['test/board/strangers.test.ts'],
    ['a request in small letters is one', '\\d(?:\\.\\d)?$/i;', '\\d(?:\\.\\d)?$/;'],
  ),
];
