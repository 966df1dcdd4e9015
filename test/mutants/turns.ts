import { breaking, HANGS } from './mutant.ts';

const MIRROR = ['test/bridge/mirror/turns.test.ts'];
const CLIENT = ['test/rgtp/client/turns.test.ts'];
const BOARD = ['test/board/turns.test.ts'];
const ITEMS = ['test/board/item-edit.test.ts'];
const SHARE = ['test/wire/fair-share.test.ts'];
const FAIR = ['test/nntp/fairness.test.ts'];
const ANSWER = ['test/nntp/answer.test.ts'];
const POSTING = ['test/bridge/posting/posting.test.ts'];

/** Nobody keeps the event loop: the places where long work gives way, taken away one by one. */
export const turnMutants = [
  ...breaking('src/wire/fair-share.ts', SHARE, [
    'promises of a turn come before the next',
    '  promised(): void {\n    this.#handed = true;',
    '  promised(): void {\n    this.#handed = false;',
  ]),
  ...breaking(
    'src/wire/paced.ts',
    ['test/nntp/paced.test.ts'],
    [
      'records are decrypted in turns',
      'if (this.#input !== undefined && eventLoop.over()) {',
      'if (this.#input !== undefined && this.destroyed) {',
    ],
    ['a turn decrypts a little at a time', 'const PIECE = 8 * 1024;', 'const PIECE = 1024 * 1024;'],
    [
      'who does not read is not read from',
      'if (this.#input !== undefined || this.#isFull) below.pause();',
      'if (this.#input !== undefined) below.pause();',
    ],
    [
      'TLS hears when its records have gone out',
      "return this.#below.write(chunk, typeof encoding === 'function' ? encoding : done);",
      "return this.#below.write(chunk, typeof encoding === 'string' ? done : undefined);",
    ],
  ),
  ...breaking(
    'src/nntp/connection/tls.ts',
    ['test/nntp/paced.test.ts'],
    [
      'TLS takes turns',
      'new TLSSocket(new Paced(stream, owner) as Duplex as Socket, {',
      'new TLSSocket(stream as Socket, {',
    ],
  ),
  ...breaking(
    'src/nntp/connection/transport.ts',
    FAIR,
    [
      'what news commands leave to promises counts in the round',
      '    if (this.#events.busy()) eventLoop.promised();\n',
      '',
    ],
    [
      'who waits for a turn is not read from without end',
      'if (!this.#waiting || this.#incoming.buffered > SMALL) this.#flow();',
      'if (!this.#waiting) this.#flow();',
    ],
  ),
  ...breaking('src/nntp/connection/link.ts', FAIR, [
    'what news clients say after the last answer is dropped in turns',
    '    dropInTurns(this.#stream);\n',
    '',
  ]),
  ...breaking(
    'src/nntp/connection/outgoing.ts',
    ['test/nntp/rfc4644.test.ts'],
    [
      'the last answer is sent before the end, also outside of a turn',
      '    this.flush();\n    this.#link.finish();',
      '    this.#link.finish();',
    ],
  ),
  ...breaking('src/board/session.ts', BOARD, [
    "what the board's commands leave to promises counts in the round",
    '    if (this.#busy) eventLoop.promised();\n',
    '',
  ]),
  ...breaking(
    'src/nntp/connection/link.ts',
    ['test/nntp/ends.test.ts'],
    ['no timer keeps the session of a client that has gone', '    clearTimeout(this.#linger);\n', ''],
  ),
  ...breaking(
    'src/bridge/login/board-rights.ts',
    ['test/bridge/login/board-rights.test.ts'],
    [
      'rights that can’t be read are refused with the reason',
      'if (trouble === undefined) throw error;',
      'throw error;',
    ],
    [
      'what could not be read is read again',
      '    this.#levels = new WeakMap();\n    this.#guest =',
      '    this.#generation = generation;\n    this.#levels = new WeakMap();\n    this.#guest =',
    ],
  ),
  ...breaking(
    'src/board/accounts.ts',
    ['test/board/accounts.test.ts'],
    [
      'accounts that can’t be read are noticed although nobody posts',
      'if (failure instanceof StoreError) this.#trouble = failure;',
      '',
    ],
    ['accounts that can be read again are no trouble', '      this.#trouble = undefined;\n', ''],
    [
      'what other processes change counts for readers, too',
      'if (now - this.#asked <= age) return',
      'if (now === this.#asked || age > 0) return',
    ],
  ),
  ...breaking(
    'src/board/standing.ts',
    ['test/board/accounts.test.ts'],
    ['who is disabled posts nothing more', 'reading ? RECENT : 0', 'RECENT'],
  ),
  ...breaking('src/bridge/mirror/sighting.ts', MIRROR, [
    'gaps are found in turns',
    'of this.order.entries()) {\n      if (place % STRETCH === 0) yield;',
    'of this.order.entries()) {\n      if (place < 0) yield;',
  ]),
  ...breaking(
    'src/bridge/mirror/row-order.ts',
    MIRROR,
    [
      'rows before an edit are passed in turns',
      '      order[length++] = row;\n      if (length % STRETCH === 0) yield;',
      '      order[length++] = row;',
    ],
    [
      'edits are put between the rows in turns',
      '    order[length++] = ~events.length;\n    if (length % STRETCH === 0) yield;',
      '      order[length++] = ~events.length;',
    ],
  ),
  ...breaking(
    'src/bridge/mirror/row-order.ts',
    MIRROR,
    ['an index is put in order in turns', '    if (row % STRETCH === 0) yield;\n', ''],
    [
      'rows that are there twice are found in turns',
      'of merged.entries()) {\n    if (place % STRETCH === 0) yield;',
      'of merged.entries()) {\n    if (place < 0) yield;',
    ],
  ),
  ...breaking(
    'src/bridge/mirror/decision.ts',
    MIRROR,
    ['a large index without new rows is not searched for them', 'at >= first && found.size', 'at >= 0 && found.size'],
    ['rows are new from the first of them on', '    first = Math.min(first, place);\n', ''],
  ),
  ...breaking('src/bridge/mirror/decision.ts', MIRROR, [
    'the marks of an index are found in turns',
    '    if (at % STRETCH === 0) yield;\n    const number',
    '    const number',
  ]),
  ...breaking('src/bridge/mirror/decision.ts', MIRROR, [
    'which of the rows of one number counts is looked for once',
    'if (place >= same.end) same = yield*',
    'same = yield*',
  ]),
  ...breaking('src/bridge/mirror/edit-log.ts', MIRROR, [
    'a long edit log is compared in turns',
    '      if (n % ENTRIES === 0) yield;\n',
    '',
  ]),
  ...breaking('src/bridge/mirror/edit-log.ts', MIRROR, [
    'what an edit log lacks is found in turns',
    '    if (row % STRETCH === 0) yield;\n    const kind = kinds[row];',
    '    const kind = kinds[row];',
  ]),
  ...breaking('src/bridge/mirror/edit-log.ts', MIRROR, [
    'an edit log is compared in turns',
    "    if (at % ENTRIES === 0) yield;\n    if (event.kind === 'edited') continue;",
    "    if (event.kind === 'edited') continue;",
  ]),
  ...breaking(
    'src/bridge/mirror/commit.ts',
    MIRROR,
    ['few rows are taken in in one turn', 'const SLICE = 512;', 'const SLICE = 2048;'],
    [
      'rows, subjects and an edit log that changed are taken in in turns',
      '      if (++this.#steps % SLICE === 0) yield this.#changes.take();\n',
      '',
    ],
    [
      'rows that are gone are taken out in turns',
      'unseen.slice(from, from + SLICE));\n      yield this.#changes.take();',
      'unseen.slice(from, from + SLICE));',
    ],
  ),
  ...breaking(
    'src/bridge/known/columns.ts',
    MIRROR,
    ['rows are read from the cache in turns', '      }\n      yield;\n    }\n  }\n', '      }\n    }\n  }\n'],
    ['arrivals are read from the cache in turns', '      row += BLOCK;\n      yield;\n', '      row += BLOCK;\n'],
  ),
  ...breaking(
    'src/bridge/known/records.ts',
    MIRROR,
    [
      'items are read from the cache in turns',
      '(shown & MARKED) !== 0;\n      }\n      yield;\n',
      '(shown & MARKED) !== 0;\n      }\n',
    ],
    [
      'userids are read from the cache in turns',
      'this.intern(latin1(userid));\n      yield;\n',
      'this.intern(latin1(userid));\n',
    ],
  ),
  ...breaking('src/bridge/known/opening.ts', MIRROR, [
    'a mirror is opened in turns with everybody else',
    'await eventLoop.inTurns(loadState(options.cache, state));',
    'for (const _ of loadState(options.cache, state));',
  ]),
  ...breaking(
    'src/rgtp/client/transport.ts',
    CLIENT,
    [
      'a long answer of a board is taken in turns',
      "      if (!eventLoop.over(taken === 'line')) continue;",
      '      if (this.#due === false) continue;',
    ],
    ['what a board said before its connection was lost counts', '    while (this.#takeNext() !== undefined) {}\n', ''],
  ),
  ...breaking(
    'src/rgtp/client/reading.ts',
    CLIENT,
    [
      'answers that come together are parsed in turns',
      '  // Answers to many questions arrive together.\n  if (eventLoop.over()) await eventLoop.next();\n',
      '',
    ],
    [
      'a long edit log is parsed in turns',
      '    from = end;\n    if (eventLoop.over()) await eventLoop.next();',
      '    from = end;',
    ],
    [
      'no entry of an edit log is torn',
      'const end = empty < 0 ? lines.length : empty + 1;',
      'const end = empty < 0 ? lines.length : Math.min(empty, from + LINES_AT_ONCE);',
    ],
  ),
  ...breaking('src/board/commands/pieces.ts', BOARD, [
    'what fails is not answered 250',
    '  for await (const piece of pieces) {\n    if (start',
    '  yield start;\n  for await (const piece of pieces) {\n    if (start',
  ]),
  ...breaking('src/wire/long-text.ts', BOARD, [
    'long texts are kept in chunks',
    'text.length - from <= CHUNK ?',
    'text.length > 0 ?',
  ]),
  ...breaking(
    'src/board/udbm/run.ts',
    BOARD,
    ['users are listed a page at a time', 'const PAGE = 200;', 'const PAGE = 1_000_000;'],
    ['users are counted in turns', '    if (eventLoop.over()) await eventLoop.next();\n  }\n  return', '  }\n  return'],
  ),
  ...breaking(
    'src/board/users.ts',
    ['test/board/login.test.ts'],
    [
      'whoever can edit is an editor only while the account is enabled',
      'WHERE level = 3 AND disabled = 0 AND',
      'WHERE level = 3 AND',
    ],
  ),
  ...breaking(
    'src/board/index-edit.ts',
    BOARD,
    [
      'an edited index is compared from its beginning in turns',
      '    if (eventLoop.over()) await eventLoop.next();\n  }\n  return found();',
      '  }\n  return found();',
    ],
    [
      'an edited index is compared from its end in turns',
      '    if (eventLoop.over()) await eventLoop.next();\n  }\n  return { count, position };',
      '  }\n  return { count, position };',
    ],
    [
      'what differs in an index is read in turns',
      '    if (eventLoop.over()) await eventLoop.next();\n  }\n  const first',
      '  }\n  const first',
    ],
    ['where rows come in is found in turns', '    yield;\n  }\n  return { before', '  }\n  return { before'],
    [
      'rows of an edit are compared octet by octet where their keys agree',
      ' && present.at(old) === wanted.at(next)',
      '',
    ],
    [
      'a row that was read before the last ones came is read again',
      'if (known?.length === last - first + 1) return known;',
      'if (known !== undefined) return known;',
    ],
    ['an edit of the index is bounded', 'const MOST_ROWS = 1000;', 'const MOST_ROWS = 1_000_000;'],
  ),
  ...breaking(
    'src/board/differences.ts',
    BOARD,
    ['long files are compared in turns', 'let left = STRETCH;', 'let left = Number.POSITIVE_INFINITY;'],
    ['lines that are the same are passed over in turns', 'newAt + x - k); left--) x++;', 'newAt + x - k); ) x++;'],
    ['where long files begin alike is looked for in turns', 'if (++head % STRETCH === 0) yield;', '++head;'],
    ['where long files end alike is looked for in turns', 'if (++tail % STRETCH === 0) yield;', '++tail;'],
  ),
  ...breaking('src/board/unified-diff.ts', BOARD, [
    'what a diff shows is written in turns',
    '        yield;\n      }\n    }\n',
    '      }\n    }\n',
  ]),
  ...breaking('src/board/edit-text.ts', BOARD, [
    'the rows that an editor sends are no million strings',
    '    lines: () => new KeptRows(),\n',
    '',
  ]),
  ...breaking(
    'src/board/kept-rows.ts',
    BOARD,
    ['a row that is kept has its blanks', '.padEnd(ROW_OCTETS)', ''],
    [
      'only blanks are left out of it',
      "while (row[end - 1] === ' ') end--;",
      "while (/\\s/.test(row[end - 1] ?? 'x')) end--;",
    ],
  ),
  ...breaking(
    'src/board/index-log.ts',
    BOARD,
    [
      'no row moves to where another is',
      'const start = Math.max(last.position - by + 1, from);',
      'const start = from;',
    ],
    ['what is posted while rows move comes after them', '    this.#reserve.run(last.position + by);\n', ''],
  ),
  ...breaking(
    'src/board/editing.ts',
    BOARD,
    ['rows move once for all that come in', '      to = from - 1;\n', ''],
    ['the end of an edit moves once', 'edit.end >= from && edit.end <= (to ?? edit.end)', 'edit.end >= from'],
    [
      'a withdrawal counts lines again after another',
      ' || records.index.removals !== plan.removals) return undefined;\n      if (records.index.countOf',
      ') return undefined;\n      if (records.index.countOf',
    ],
    [
      'an index that changed while it was compared is compared again',
      'if (isStale || records.index.removals !== plan.removals) return undefined;',
      'if (isStale) return undefined;',
    ],
    [
      'rows that an editor adds at the end come before posts made meanwhile',
      'if (isStale || records.index.removals',
      'if (records.index.removals',
    ],
  ),
  ...breaking(
    'src/board/editing.ts',
    ITEMS,
    [
      'an edit is planned again for what came meanwhile',
      '      if (fileOf(item) !== plan.before) return undefined;\n',
      '',
    ],
    ['a withdrawal is planned again for what came meanwhile', 'fileOf(this.#item(itemId)) !== before || ', ''],
    [
      '… and for rows that came',
      '      if (records.index.countOfItem(itemId) !== rows.length) return undefined;\n',
      '',
    ],
  ),
  ...breaking(
    'src/board/item-edit.ts',
    ITEMS,
    [
      'a long item is compared in turns',
      'await eventLoop.inTurns(diffing(old, [STATUS, ...present]))',
      '((work) => { for (let step = work.next(); ; step = work.next()) if (step.done) return step.value; })(diffing(old, [STATUS, ...present]))',
    ],
    [
      'the longest items are cut into lines in turns',
      '    if (eventLoop.over()) await eventLoop.next();\n    for',
      '    for',
    ],
    ['no line is like the new status line', 'const STATUS = octets`\\n`;', 'const STATUS = octets``;'],
  ),
  ...breaking('src/board/unified-diff.ts', ITEMS, [
    'of many lines, a few are written at a time',
    'at += STRETCH) {\n        pieces.push(signed(sign, file, at, Math.min(at + STRETCH, to)));',
    'at = to) {\n        pieces.push(signed(sign, file, at, to));',
  ]),
  ...breaking('src/board/index-diff.ts', ITEMS, [
    'the rows that a withdrawal shows are read in turns',
    '    yield;\n  }\n  return yield* formatting',
    '  }\n  return yield* formatting',
  ]),
  ...breaking('src/board/index-diff.ts', BOARD, [
    'lines are counted in turns',
    '      if (eventLoop.over()) await eventLoop.next();\n',
    '',
  ]),
  ...breaking(
    'src/board/upkeep/archive.ts',
    BOARD,
    ['items to be archived are looked for in turns', '    if (eventLoop.over()) await eventLoop.next();\n', ''],
    ['items are archived a few at a time', '      if (size >= BATCH) await move();\n', ''],
  ),
  ...breaking('src/board/edit-text.ts', BOARD, [
    'an item does not grow with every edit',
    'Math.max(current.length, LARGEST_ITEM)',
    'current.length + LARGEST_ITEM',
  ]),
  ...breaking(
    'src/ops/http.ts',
    ['test/ops/http.test.ts'],
    [
      'a page is made once for all who ask at the same time',
      'this.#coming.get(path) ?? this.#make(path)',
      'this.#make(path)',
    ],
  ),
  ...breaking(
    'src/ops/http.ts',
    ['test/ops/http.test.ts'],
    ['it is noticed how long requests for the status take', '      eventLoop.run(heard);\n', ''],
    [
      'who ask for it much are read from in turns',
      "joinCrowd(socket, addressKey(plainAddress(socket.remoteAddress ?? '')))",
      'socket.ref()',
    ],
  ),
  ...breaking(
    'src/ident/responder.ts',
    ['test/ident/ident.test.ts'],
    [
      'clients that say nothing keep nobody from an answer',
      '    boundConnections(this.#server, { most: options.connections ?? 100, longest: options.timeout ?? 10_000 });\n',
      '    this.#server.maxConnections = 100;\n',
    ],
    [
      'queries do not fill the log',
      'this.#log = boundedLog(options.log ?? silent);',
      'boundedLog(silent);\n    this.#log = options.log ?? silent;',
    ],
  ),
  ...breaking(
    'src/nntp/connection/tls.ts',
    ['test/nntp/ends.test.ts', 'test/server/rgtps.test.ts'],
    [
      'whoever goes in the middle of a handshake is not waited for',
      "  secured.once('end', gone);\n",
      '  void gone;\n',
      HANGS,
    ],
  ),
  ...breaking(
    'src/server/signals.ts',
    ['test/cli/stopping.test.ts'],
    ['a second signal is no failure', "cutOff(log, 'a second signal');", 'process.exit(1);'],
  ),
  ...breaking('src/board/board.ts', BOARD, [
    'sessions are reviewed in turns',
    '        if (eventLoop.over()) await eventLoop.next();\n',
    '',
  ]),
  ...breaking('src/wire/waiting-line.ts', SHARE, [
    'nobody waits for the crowd of another address',
    'if (this.#byOwner.delete(owner)) this.#byOwner.set(owner, tasks);',
    '',
  ]),
  ...breaking(
    'src/wire/fair-share.ts',
    SHARE,
    ['who waits for a promise waits in the line of its address', 'add(task, owner ?? task)', 'add(task, task)'],
    [
      'a round serves many that go on after a promise',
      'if (this.#handed) this.#clockwork.afterPromises(this.#serve);',
      '',
    ],
    [
      'a turn that goes on after a promise is over before the next begins',
      'queueMicrotask(() => process.nextTick(callback))',
      'callback()',
      'only the real event loop has it, and a test that sees the order there could see another the next time',
    ],
  ),
  ...breaking(
    'src/wire/endings.ts',
    ['test/wire/endings.test.ts'],
    ['resets are taken in in turns', '    eventLoop.run(task);', '    task();'],
    ['what is dropped is dropped a little at a time', '    stream.pause();\n    stopped', '    stopped'],
    ['and of few connections in one round', 'inLaterRounds(AT_ONCE,', 'inLaterRounds(Number.POSITIVE_INFINITY,'],
    ['what the server closes is closed at once', '    if (error === undefined) return destroy.call(stream);\n', ''],
  ),
  ...breaking(
    'src/wire/write-together.ts',
    ['test/wire/write-together.test.ts'],
    ['large parts are not copied for each client', '&& parts.every(isSmall)', ''],
    ['several parts of some size are not copied', 'Math.min(COPY_OCTETS, parts.length * COPY_MEAN)', 'COPY_OCTETS'],
  ),
  ...breaking(
    'src/nntp/connection/scratch.ts',
    ['test/nntp/scratch.test.ts'],
    [
      'what waits for a client is not written over',
      '    if (stream.writableLength > 0) this.#memory = undefined;\n',
      '',
    ],
    ['a client that does not read gets no more of it', ' || stream.writableLength > 0', ''],
    ['only a connection says when it is done', '!(stream instanceof Socket) || ', ''],
  ),
  ...breaking('src/nntp/connection/arrivals.ts', FAIR, [
    'resets of news clients are taken in in turns',
    '    endInTurns(socket, key);\n',
    '',
  ]),
  ...breaking(
    'src/wire/later-rounds.ts',
    ['test/wire/crowd.test.ts'],
    ['all of a crowd is read from again', '      begin();\n    });', '    });', HANGS],
  ),
  ...breaking(
    'src/wire/crowd.ts',
    ['test/wire/crowd.test.ts'],
    ['a crowd is read from in turns', 'eventLoop.whenCrowded(holdAll);', 'eventLoop.whenCrowded(() => {});'],
    ['few of it at a time', 'inLaterRounds(AT_ONCE,', 'inLaterRounds(Number.POSITIVE_INFINITY,'],
    ['… who are not all of one owner', '    }, owner);', '    }, undefined);'],
    ['who waits is read from again', '      if (!stream.destroyed) handle.readStart();\n', '', HANGS],
    ['… and may have to wait again', '      waiting.delete(stream);\n', ''],
  ),
  ...breaking(
    'src/wire/fair-share.ts',
    ['test/wire/crowd.test.ts'],
    ['it is looked at how long input takes', '    if (++this.#calls % LOOK === 0) this.#watchInput(now);\n', ''],
  ),
  ...breaking(
    'src/rgtp/client/tls.ts',
    ['test/rgtp/client/tls.test.ts'],
    [
      'what a board sends over TLS is decrypted in turns',
      'const paced = new Paced(socket, socket);',
      'const paced = socket;',
    ],
  ),
  ...breaking(
    'src/rgtp/client/connect.ts',
    ['test/rgtp/client/tls.test.ts'],
    [
      'a TLS handshake has its time',
      'return socket.getPeerFinished() === undefined;',
      'return socket.connecting;',
      HANGS,
    ],
  ),
  ...breaking('src/nntp/session.ts', FAIR, [
    'a news session takes the turns of its address',
    'addressKey(peer.address));',
    'undefined);',
  ]),
  ...breaking('src/board/arrivals.ts', BOARD, [
    'resets of RGTP clients are taken in in turns',
    '    endInTurns(socket, key);\n',
    '',
  ]),
  ...breaking('src/board/session.ts', BOARD, [
    'a session of the board takes the turns of its address',
    '    eventLoop.belongs(this.#turn, this.owner);\n',
    '',
  ]),
  ...breaking('src/board/commands/pieces.ts', BOARD, [
    'who reads an index waits in the line of its address',
    '    if (eventLoop.over()) await eventLoop.next(false, session.owner);\n  }\n',
    '    if (eventLoop.over()) await eventLoop.next();\n  }\n',
  ]),
  ...breaking('src/board/edit-log.ts', BOARD, [
    'the edit log is made once for all who read it',
    'this.#pages.set(after, page);',
    'this.#pages.get(after);',
  ]),
  ...breaking('src/nntp/syntax/answer.ts', ANSWER, [
    'lines are looked for in turns',
    '++steps % STRETCH === 0 && eventLoop.over()',
    '++steps < 0',
  ]),
  ...breaking('src/nntp/commands/newnews.ts', ANSWER, [
    'NEWNEWS passes over what it does not tell in turns',
    'yield place === group.name ? messageId : undefined;',
    'if (place === group.name) yield messageId;',
  ]),
  ...breaking(
    'src/bridge/posting/article-poster.ts',
    POSTING,
    ['articles are read in turns', '      await turn();\n      const posting', '      const posting'],
    ['articles are wrapped in turns', '        await turn();\n        this', '        this'],
  ),
  ...breaking(
    'src/server/service.ts',
    ['test/server/start-turns.test.ts'],
    ['a board is opened in a turn of its own', '  await eventLoop.next();\n  const embedded', '  const embedded'],
    ['RGTP clients are greeted before the rest is opened', '  await eventLoop.next();\n  const ident', '  const ident'],
  ),
  ...breaking(
    'src/server/boards.ts',
    ['test/server/start-turns.test.ts'],
    ['many boards are opened in turns', '        if (known === undefined) await eventLoop.next();\n', ''],
    [
      'many boards are closed in turns',
      '      await eventLoop.next();\n      await board.close();',
      '      await board.close();',
    ],
  ),
  ...breaking(
    'src/wire/tls-hello.ts',
    ['test/wire/tls-hello.test.ts'],
    ['who has said a part of a sentence costs no TLS', 'if (bytes.length < HEADER) return false;', 'return true;'],
    ['a long sentence is waited for', '|| bytes.length >= HEADER + length', '|| bytes.length >= HEADER'],
    ['what TLS must refuse is not waited for', 'return length > LONGEST || ', 'return '],
    ['what was heard is handed on', '    stream.unshift(bytes);\n', ''],
    ['who hangs up before is gone', "  stream.on('end', gone);\n", ''],
  ),
  ...breaking(
    'src/rgtp/item.ts',
    ['test/rgtp/item.test.ts'],
    ['a long item is searched in turns', '    yield;\n  }\n  return cookies;', '  }\n  return cookies;'],
    ['many posts are parsed in turns', '    else mark = continued;\n    yield;\n', '    else mark = continued;\n'],
    ['the carets of a long text are undoubled in turns', '(undoubledIn(chunk));\n    yield;', '(undoubledIn(chunk));'],
    ['a post that begins where another piece does is found', 'from + STRETCH + 1', 'from + STRETCH'],
  ),
  ...breaking(
    'src/rgtp/client/command.ts',
    ['test/rgtp/client/transport.test.ts'],
    ['no board makes us hold an item without end', '{ command, onText, limit }', '{ command, onText }'],
  ),
];
