import { breaking, HANGS } from './mutant.ts';

const RARE = ['test/bridge/mirror/rare-hours.test.ts'];
const OUTAGES = ['test/bridge/mirror/outages.test.ts'];
const POSTING = ['test/bridge/posting/posting.test.ts'];

/** What readers are told in the rare hours. */
export const rareHourMutants = [
  ...breaking('src/bridge/mirror/decision.ts', RARE, [
    'nothing is numbered above the maximum, and no epoch begins there',
    '      if (number > MAX_NUMBER) {\n        exhausted.push(sequence);',
    '      if (number < 0) {\n        exhausted.push(sequence);',
  ]),
  ...breaking('src/bridge/mirror/comparison.ts', RARE, [
    'number 0 shifts no numbers that were given',
    'for (let place = 0; given > 0 && place < order.length; place++) {',
    'for (let place = 0; place < order.length; place++) {',
  ]),
  ...breaking('src/bridge/mirror/comparison.ts', RARE, [
    'a board that numbers from 0 has its first post in its first epoch',
    'return sighting.wraps === 0 && first >= 0',
    'return sighting.wraps < 0 && first >= 0',
  ]),
  ...breaking('src/bridge/known/epochs.ts', RARE, [
    'a damaged numbering is repaired',
    'if (unsound < 0) return known;',
    'if (unsound !== 0) return known;',
  ]),
  ...breaking(
    'src/bridge/mirror/row-order.ts',
    RARE,
    [
      'a far row is withheld',
      'if (step > JUMP && !isBelievable(sequence, top)) {',
      'if (step > JUMP && sequence < 0) {',
    ],
    ['one far row alone is not believed', 'if (far.length > 1) doubted', 'if (far.length > 0) doubted'],
    ['rows out of order keep their places', '      else moved.push(row);', '      else withheld++;'],
    [
      'a row from before a wrap that is not there is withheld',
      'if (wrapped[row] === -1 && !isBelievable(sequence)) withheld++;',
      'if (wrapped[row] === -2) withheld++;',
    ],
  ),
  ...breaking('src/bridge/mirror/follower.ts', RARE, [
    'high marks are kept for good',
    'publishing.announce(marks)',
    'Promise.resolve()',
  ]),
  ...breaking(
    'src/bridge/mirror/fetching.ts',
    RARE,
    [
      'a notice above a row that is not believed yet waits with it',
      '=> sighting.isBeyond(sequence) && !state.knows(sequence);',
      '=> sequence < 0;',
    ],
    ['… and what was withdrawn is gone at once', 'indexEdited || log.some(isAhead))', 'indexEdited)'],
  ),
  ...breaking('src/bridge/mirror/evidence.ts', RARE, [
    'a jump is read again before it is believed',
    'this.#doubts.believable.has(sequence) ||',
    'sequence !== undefined ||',
  ]),
  ...breaking('src/bridge/mirror/follower.ts', RARE, [
    'the newest rows are kept for good',
    'keepRecent(permanent, state), ',
    '',
  ]),
  ...breaking('src/bridge/mirror/recall.ts', RARE, [
    'older rows come back with them',
    'decideOlder(recent, seen, state.highest)',
    'decideOlder(recent, seen, 2 ** 31)',
  ]),
  ...breaking(
    'src/bridge/mirror/commit.ts',
    ['test/bridge/mirror/rules.test.ts'],
    [
      'another event does not come back in the place of one that is gone',
      'if (notice !== undefined && isEvent)',
      'if (notice !== undefined && !isEvent)',
    ],
  ),
  ...breaking(
    'src/bridge/mirror/commit.ts',
    ['test/bridge/mirror/promises.test.ts'],
    ['an event has its notice at once', 'notices.set(index, { userid, reason, itemId });', ''],
  ),
  ...breaking('src/bridge/mirror/decision.ts', RARE, [
    'a mark that a late notice raises is kept for good',
    '    raise(place, posts.numbers[known[place] ?? -1] ?? 0);\n',
    '',
  ]),
  ...breaking(
    'src/nntp/commands/newnews.ts',
    ['test/server/clock-jumps.test.ts'],
    ['nothing arrives before the last question for news', 'client.reader.dated?.()', 'undefined'],
  ),
  ...breaking(
    'src/nntp/commands/newgroups.ts',
    ['test/server/clock-jumps.test.ts'],
    ['… or for newsgroups', 'reader.dated?.()', 'undefined'],
  ),
  ...breaking(
    'src/bridge/mirror/evidence.ts',
    ['test/bridge/mirror/doubts.test.ts'],
    [
      'nor after another change of the index',
      'return hasGrown && was.lastIndexEdit === lastIndexEdit;',
      'return hasGrown;',
    ],
  ),
  ...breaking(
    'src/bridge/mirror/evidence.ts',
    ['test/bridge/mirror/doubts.test.ts'],
    ['nor without an edit log', 'if (logged && !isBetween) return true;', 'if (!isBetween) return true;'],
  ),
  ...breaking(
    'src/bridge/mirror/evidence.ts',
    ['test/bridge/mirror/doubts.test.ts'],
    [
      'rows that an editor made up are not believed',
      'if (logged && !isBetween) return true;',
      'if (logged) return true;',
    ],
  ),
  ...breaking(
    'src/bridge/mirror/fetching.ts',
    RARE,
    [
      'what is expected behind a wrap is looked for in the whole index',
      '(expected !== undefined && expected < last && isAfter(expected, last))',
      'expected === -1',
    ],
    ['… and what others post behind it', 'last >= 2 ** 32 - NEAR_WRAP', 'last >= 2 ** 33 - NEAR_WRAP'],
  ),
  ...breaking('src/bridge/known/recent.ts', RARE, ['few rows are kept', 'posts.numbers[from] ?? 0);', '0);']),
  ...breaking(
    'src/bridge/mirror/follower.ts',
    ['test/bridge/mirror/promises.test.ts'],
    ['an empty board does not tell what it will count from', 'if (!hasNew) begun.length = 0;', ''],
  ),
  ...breaking(
    'src/bridge/mirror/decision.ts',
    ['test/bridge/mirror/promises.test.ts'],
    [
      'without a cache, too, an epoch begins above every mark',
      'const above = Math.max(highest, state.marked);',
      'const above = highest;',
      'the newest rows, kept for good, have the highest number too: it counts for a permanent file of an earlier version alone',
    ],
  ),
  ...breaking('src/bridge/known/state.ts', RARE, [
    'nothing comes in below a mark that was shown',
    'return this.isRead ? Math.max(last, this.floor) : last;',
    'return last;',
  ]),
  ...breaking(
    'src/bridge/known/publishing.ts',
    RARE,
    [
      'a lost cache makes nothing arrive earlier than it did',
      'return this.#arrivals.find((step) => step.number >= number)?.time ?? now;',
      'return now > 0 ? time : now;',
    ],
    ['arrivals are kept for good', 'await this.#permanent.putArrivals([step], dropped);', ''],
    ['few of them are', 'if (this.#arrivals.length > MAX_ARRIVALS) {', 'if (this.#arrivals.length < 0) {'],
    [
      'nothing arrives before the last question, wherever the clock is set to',
      'this.#permanent.raiseMarks([{ place: CLOCK, low: 0, high: kept }], { synced: true })',
      'Promise.resolve()',
      HANGS,
    ],
    [
      'arrivals do not go back with the clock',
      'this.#now = Math.max(this.#now, Math.floor(clock / 1000));',
      'this.#now = Math.floor(clock / 1000);',
    ],
  ),
  ...breaking('src/bridge/mirror/mirror.ts', RARE, [
    'a first reading that is not over is none',
    'return this.#state.isRead;',
    'return this.#state.posts.length > 0;',
  ]),
  ...breaking('src/bridge/view/board-view.ts', RARE, [
    'a board that is not read denies none of its articles',
    'if (this.#ids.mayBeHere(messageId)) throw',
    "if (messageId === '') throw",
  ]),
  ...breaking('src/bridge/view/board-view.ts', RARE, [
    'what was posted here is found before the index is read',
    'if (shown !== undefined && kind !== undefined) return {',
    "if (shown !== undefined && kind !== undefined && messageId === '') return {",
  ]),
  ...breaking('src/bridge/view/group-view.ts', RARE, [
    '… and its text is not denied',
    "    if (!this.#model.isRead) throw new Refusal('unavailable', NOT_READ);\n",
    '',
  ]),
  ...breaking('src/bridge/mirror/recall.ts', RARE, [
    '… unless it was gone when it was last known',
    'return kind === PostKind.Gone ? undefined : {',
    'return row < 0 ? undefined : {',
    'a gone row is in no newsgroup, which ends the search as well',
  ]),
  ...breaking(
    'src/bridge/mirror/edit-log.ts',
    OUTAGES,
    [
      'an edit log that fails is asked for less and less often',
      'if (this.#hasFailed || !(this.#isDue || isUrgent)) return undefined;',
      '',
    ],
    [
      'a poll in which the edit log fails counts once',
      'if (this.#hasFailed || !(this.#isDue || isUrgent)) return undefined;',
      'if (!(this.#isDue || isUrgent)) return undefined;',
    ],
  ),
  ...breaking('src/bridge/mirror/commit.ts', OUTAGES, [
    'notices come when the edit log can be read',
    'if (this.#seen.reserves) this.#reserve(number, epoch, row.time);',
    '',
  ]),
  ...breaking(
    'src/bridge/view/group-view.ts',
    ['test/bridge/view/group-view.test.ts'],
    [
      'NEWNEWS goes by arrival',
      'const { arrivals } = this.#model.posts;',
      'const { times: arrivals } = this.#model.posts;',
    ],
    ['NEWNEWS looks back for other bridges', 'const since = seconds - this.#overlap;', 'const since = seconds;'],
  ),
  ...breaking(
    'src/bridge/mirror/commit.ts',
    ['test/bridge/view/group-view.test.ts'],
    [
      'a notice arrives when it comes, whatever minute the edit log says',
      'this.#append(row, { number, epoch, arrival: this.#arrivalOf(number, row.time) });',
      'this.#append(row, { number, epoch, arrival: row.event ? row.time : this.#arrivalOf(number, row.time) });',
    ],
  ),
  ...breaking(
    'src/bridge/reader.ts',
    ['test/bridge/bridge.test.ts'],
    [
      'a newsgroup that is not read is refused',
      'if (access.read && notYet !== undefined) throw',
      'if (access.read && notYet === name) throw',
    ],
    [
      'that there is no message of the day is not said before it is known',
      'if (messages.length === 0 && notYet !== undefined) throw',
      "if (notYet === '') throw",
    ],
  ),
  ...breaking('src/bridge/view/articles.ts', RARE, [
    'a message of the day is not said to be gone before the board was asked for it',
    "if (this.#contents.isAwaited(row)) throw new Refusal('unavailable', NOT_FETCHED);",
    '',
  ]),
  ...breaking('src/bridge/mirror/follower.ts', RARE, [
    '… and it is asked for until it is known',
    'if (motd.isDue && motd.take(',
    'if (poll.motdDue && motd.take(',
  ]),
  ...breaking('src/bridge/known/motd.ts', RARE, [
    '… also after a restart',
    'this.#due = cache.fact(DUE) !== undefined;',
    'this.#due = false;',
  ]),
  ...breaking(
    'src/nntp/commands/date.ts',
    ['test/server/clock-jumps.test.ts'],
    ['nothing arrives before a time that a client was told', 'client.reader.dated?.()', 'undefined'],
  ),
  ...breaking(
    'src/server/boards.ts',
    ['test/server/clock-jumps.test.ts'],
    [
      'no newsgroup is created before it, either',
      'Math.floor(Date.now() / 1000), ...told',
      'Math.floor(Date.now() / 1000)',
    ],
  ),
  ...breaking(
    'src/server/boards.ts',
    ['test/cli/serve.test.ts'],
    ['a newsgroup is new when it is offered', 'for (const board of boards) await board.offer(now);', ''],
  ),
  ...breaking('src/bridge/posting/target.ts', POSTING, [
    'a follow-up to what is not read back yet is not refused for good',
    'if (later !== undefined) throw',
    "if (later === '') throw",
  ]),
  ...breaking('src/bridge/moderation/moderate.ts', POSTING, [
    '… nor what an editor does about it',
    'if (later !== undefined) throw',
    "if (later === '') throw",
  ]),
  ...breaking('src/bridge/posting/rgtp-poster.ts', POSTING, [
    'nothing is posted before the index is read',
    'if (!isRead) throw',
    'if (!isRead && isFull) throw',
  ]),
  ...breaking('src/bridge/posting/board-poster.ts', POSTING, [
    'what no number is left for is not acknowledged',
    'if (model.isFull && !(isThere && isOwn))',
    'if (model.isFull && !(isThere && isOwn) && posted.sequence < 0)',
  ]),
  ...breaking(
    'src/bridge/words.ts',
    ['test/bridge/words.test.ts'],
    ['what the board says is decoded', "decode(error.said, 'auto')", "decode(error.said, 'latin1')"],
  ),
  ...breaking(
    'src/board/mail.ts',
    ['test/server/letters.test.ts'],
    [
      'a letter that is not sent is not there',
      'await rename(unfinished, path);',
      'await rename(unfinished, path);\n    throw new Error();',
    ],
    ['half a letter is none', 'path}.new`;', 'path}`;'],
  ),
  ...breaking(
    'src/board/registration.ts',
    ['test/server/letters.test.ts', 'test/board/login.test.ts'],
    ['who got no letter may apply again', 'lastUsed: waiting ? store.time : NO_LETTER,', 'lastUsed: store.time,'],
    [
      'who got one has a week',
      'if (account?.lastUsed === NO_LETTER) users.used(account, time);',
      'if (account?.lastUsed === time) users.used(account, time);',
    ],
  ),
  ...breaking(
    'src/wire/address.ts',
    ['test/wire/address.test.ts'],
    [
      'IPv4 by way of a balancer is IPv4',
      'if (high !== undefined && low !== undefined) {',
      'if (high !== undefined && low !== undefined && high === low) {',
    ],
  ),
];
