import { breaking } from './mutant.ts';

const STORIES = ['test/bridge/mirror/promises.test.ts'];
const HEARSAY = ['test/bridge/texts/hearsay.test.ts'];
const RARE = ['test/bridge/mirror/rare-hours.test.ts'];
const RULES = ['test/bridge/mirror/rules.test.ts'];

/** The rules by which rows of an index count (the head of `decision.ts`). */
export const historyMutants = [
  ...breaking('src/bridge/texts/item-texts.ts', STORIES, [
    'a text that tells of an edit which no poll has shown is asked for once more',
    'isStale ? TextState.Stale : TextState.Held',
    'TextState.Held',
  ]),
  ...breaking('src/bridge/mirror/decision.ts', STORIES, [
    'rows half-way round, where an editor has just changed the index, begin no epoch',
    ' || (indexEdited && Math.abs(distance(lastIndexEdit, sequence)) > JUMP)',
    '',
  ]),
  ...breaking('src/bridge/texts/item-texts.ts', STORIES, [
    'an item that was not there, and is still in the index, is asked for once more',
    "cache.fact('compared') !== undefined)\n      this.#queue.touch(item, true);",
    "cache.fact('compared') !== undefined)\n      this.#hearsay.drop(item);",
  ]),
  ...breaking('src/bridge/texts/item-texts.ts', STORIES, [
    'an item that is asked for again is not absent, whenever the server is killed',
    'if (unproven.length > 0) this.#held.saveStates();',
    '',
  ]),
  ...breaking('src/bridge/texts/item-texts.ts', HEARSAY, [
    'what the board said during a poll, that poll need not have seen',
    "else if (said === GONE) cache.deleteFact('compared');",
    '',
  ]),
  ...breaking('src/bridge/texts/hearsay.ts', HEARSAY, [
    '… nor does it confirm it',
    'isAgain && before.poll < this.#polled;',
    'isAgain;',
  ]),
  ...breaking('src/bridge/texts/states.ts', STORIES, [
    '… nor after a restart',
    'if (isUnsure) this.#changed.add(Math.floor(count / BLOCK));',
    '',
  ]),
  ...breaking(
    'src/bridge/texts/states.ts',
    ['test/bridge/mirror/rare-hours.test.ts'],
    ['… after a restart, too', 'isLost || isUnsure ?', 'isLost ?'],
  ),
  ...breaking('src/bridge/mirror/evidence.ts', STORIES, [
    'of rows that no editor can have made, all are believed with the one that the board shows more of',
    'isBoards ? proven : proven.slice(-1)',
    'proven.slice(-1)',
  ]),
  ...breaking('src/bridge/mirror/edit-log.ts', STORIES, [
    'the edit log is asked where what it says could not be shown later',
    'if (this.#hasFailed || !(this.#isDue || isUrgent)) return undefined;',
    'if (this.#hasFailed || !this.#isDue) return undefined;',
  ]),
  ...breaking(
    'src/bridge/mirror/comparison.ts',
    ['test/bridge/mirror/rare-hours.test.ts'],
    [
      "a row whose time its item's text has is another post",
      'seen.indexEdited && !seen.others?.has(one.row) ?',
      'seen.indexEdited ?',
    ],
  ),
  ...breaking(
    'src/bridge/mirror/evidence.ts',
    ['test/bridge/mirror/rare-hours.test.ts'],
    [
      'nonsense for an item proves nothing, for or against a row',
      "if (error.kind !== 'no-such-item') board.unclear(error);",
      '',
    ],
  ),
  ...breaking(
    'src/bridge/mirror/evidence.ts',
    ['test/bridge/mirror/rare-hours.test.ts'],
    [
      'far rows are believed where the board shows more of them',
      'if (await isShown(row)) return far;',
      'if ((await isShown(row)) || row >= 0) return far;',
    ],
  ),
  ...breaking('src/bridge/mirror/sighting.ts', RULES, [
    'a wrap after the last row that only the edit log shows is not one before it',
    'this.order.findLast((each) => each >= 0);',
    'this.order.at(-1);',
  ]),
  ...breaking(
    'src/bridge/mirror/fetching.ts',
    RULES,
    ['what the edit log says is in its order', 'together(pending, past)', '[...pending, ...past]'],
    [
      'an editor may have changed the index of a restored board, too',
      'isIndexEdit(entry, restored ? undefined : last)',
      'isIndexEdit(entry, last)',
    ],
  ),
  ...breaking('src/bridge/mirror/evidence.ts', RARE, [
    'on a restored board, changed rows are other posts where there are too many to ask for',
    '    if (restored && rows.length > MAX_PROVEN) return { has: (row) => !same.has(row) };\n',
    '',
  ]),
  ...breaking('src/bridge/mirror/reading.ts', STORIES, [
    'a number that the board gave before a wrap proves no row after it',
    '(below === undefined || distance(below, expected) > 0);',
    'true;',
  ]),
  ...breaking('src/bridge/mirror/evidence.ts', STORIES, [
    'where no number is left, nothing is proven, and nothing moves',
    'hasRoom ? sighting.doubted : undefined;',
    'hasRoom || logged ? sighting.doubted : undefined;',
  ]),
  ...breaking('src/bridge/mirror/commit.ts', STORIES, [
    'on a restored board, links that only texts told are asked for again',
    'if (records.hasHiddenLink(record)) this.#askAgain(record);',
    '',
  ]),
  ...breaking('src/bridge/mirror/evidence.ts', STORIES, [
    'a change of the index close below shows that the board has come near',
    'distance(lastIndexEdit, lowest) > JUMP;',
    'distance(lastIndexEdit, lowest) > 0;',
  ]),
  ...breaking('src/bridge/mirror/evidence.ts', STORIES, [
    'an edit at another time than the log tells is another',
    'return isOtherEdit(row);',
    'return isOtherEdit(row) && false;',
  ]),
  ...breaking('src/bridge/mirror/comparison.ts', STORIES, [
    'a post of an earlier epoch that is gone may come back',
    '(isThere || isIt === isAsItWas)',
    'isThere',
  ]),
  ...breaking('src/bridge/mirror/reading.ts', STORIES, [
    'what rows without an article have told of their items goes with them',
    'if (this.leftOut.of(decision, sighting)) this.#unchanged.forget();',
    'this.leftOut.of(decision, sighting);',
  ]),
  ...breaking('src/bridge/mirror/row-order.ts', RARE, [
    'the first rows of all may be the board’s own, and those after them made up',
    'at < leading || ',
    '',
  ]),
  ...breaking(
    'src/bridge/mirror/row-order.ts',
    ['test/bridge/mirror/row-order.test.ts'],
    ['a row that is there twice is no proof of itself', '    if (one === next) continue;\n', ''],
  ),
  ...breaking(
    'src/bridge/mirror/edit-log.ts',
    ['test/bridge/mirror/edit-log.test.ts'],
    [
      'what the edit log has forgotten keeps its place in it',
      'isAfter(entry.sequence, one.sequence); one',
      'isAfter(one.sequence, entry.sequence); one',
    ],
  ),
  ...breaking('src/bridge/mirror/row-order.ts', STORIES, [
    'what the edit log tells of the time after a wrap comes after it',
    'return isAfter(sequence, newest) ? wraps + 1 : wraps;',
    'return wraps;',
  ]),
  ...breaking('src/bridge/mirror/comparison.ts', STORIES, [
    'an answer that shows a wrap again is none that goes on from the last row',
    'isThere ||= known === last && wrapped[row] === 0;',
    'isThere ||= known === last;',
  ]),
  ...breaking(
    'src/bridge/mirror/recall.ts',
    ['test/bridge/mirror/rare-hours.test.ts'],
    [
      'older rows have the numbers of their epochs, whatever began since',
      'one.row < (began.get(epoch.number) ?? -1)',
      'one.row < -1',
    ],
  ),
  ...breaking('src/bridge/mirror/comparison.ts', RULES, [
    'rows from before the first wrap that an editor made up are not shown',
    'restored || !(logged || reserves) ? 0 : -1;',
    'restored || !(logged || reserves) ? 0 : 0;',
  ]),
  ...breaking('src/bridge/mirror/decision.ts', STORIES, [
    'rows that may be made up begin no epoch before the edit log tells',
    '(!(logged || reserves) || rows.some(isAnother));',
    '(!logged || rows.some(isAnother));',
  ]),
  ...breaking(
    'src/bridge/known/recent.ts',
    ['test/bridge/known/recent.test.ts'],
    [
      'numbers that wait for the edit log leave room for the newest rows',
      'if (was[--row] !== PostKind.Gone) left--;',
      'if (was[--row] !== 255) left--;',
    ],
  ),
  ...breaking('src/bridge/known/epochs.ts', STORIES, [
    'an epoch before a wrap does not end those after it',
    'epoch.generation === generation && epoch.base + sequence === number;',
    'epoch.base + epoch.first <= number && sequence >= 0 && generation >= 0;',
  ]),
  ...breaking('src/bridge/mirror/fetching.ts', STORIES, [
    'what an editor did is told, whatever numbers were made up above it',
    '!isNewer(sequence, sighting.newest) || !isNewer(sequence, last);',
    '!isNewer(sequence, newest);',
  ]),
  ...breaking('src/bridge/mirror/commit.ts', STORIES, [
    'numbers are kept for what an edit log tells later, before and after a jump',
    'number = Math.max(number, before - MAX_RESERVED);',
    'break;',
  ]),
  ...breaking('src/bridge/mirror/commit.ts', RULES, [
    '… and before the first row of an epoch',
    'Math.max(base + first, (posts.numbers[last] ?? 0) + 1);',
    'posts.epochs[last] === epoch ? (posts.numbers[last] ?? 0) + 1 : before;',
  ]),
  ...breaking(
    'src/bridge/mirror/evidence.ts',
    ['test/bridge/mirror/doubts.test.ts'],
    [
      'rows that were doubted without the edit log are weighed again with it',
      '(logged && this.#suspect?.logged === false);',
      'false;',
    ],
  ),
  ...breaking(
    'src/bridge/mirror/evidence.ts',
    ['test/bridge/mirror/rare-hours.test.ts'],
    [
      'what stands just below a row that the board shows more of is believed with it',
      'if (last === undefined || distance(last, sequence) > JUMP) far.push(sequence);',
      'far.push(sequence);',
    ],
  ),
  ...breaking('src/bridge/mirror/evidence.ts', STORIES, [
    'rows before a jump are believed where the board shows more of them',
    'return this.#before.get(sequence) === true;',
    'return this.#before.get(sequence) === true && sequence < 0;',
  ]),
  ...breaking('src/bridge/mirror/row-order.ts', RULES, [
    'a wrap that only the edit log shows is seen',
    'newestRow === undefined ? wrapsAmong(told) : rows.wraps;',
    'rows.wraps;',
  ]),
  ...breaking('src/bridge/mirror/decision.ts', STORIES, [
    'what the board has just given is an own number, whether or not its numbering began again',
    'const isExpected = sequence === seen.expected;',
    'const isExpected = restarts && sequence === seen.expected;',
  ]),
  ...breaking('src/bridge/mirror/sighting.ts', RULES, [
    'a message of the day after a withdrawal is noticed',
    '      if (row < 0) continue;\n',
    '',
  ]),
  ...breaking('src/bridge/mirror/fetching.ts', RULES, [
    'a change of the index counts when the edit log tells of it',
    ' || isRevealed(state, entry)',
    '',
  ]),
  ...breaking('src/bridge/mirror/decision.ts', RULES, [
    'of the rows that have a number which the board has just given one is new',
    'isExpected && place === same.end - 1 && (place === same.chosen || isKnown(same.chosen))',
    'isExpected',
  ]),
  ...breaking('src/bridge/mirror/comparison.ts', STORIES, [
    'a board whose first row has number 0 counts from it, whatever the edit log tells of the time before',
    'sighting.at(place, 0).generation >= 0);',
    'sighting.at(place, 0).sequence >= 0);',
  ]),
  ...breaking('src/bridge/mirror/comparison.ts', RULES, [
    'an unknown item is not none',
    '  return item >= 0 && known < 0 ? -2 : known;',
    '  return known;',
  ]),
  ...breaking('src/bridge/mirror/comparison.ts', STORIES, [
    'a row that is gone is of the kind it was',
    '(was === one.kind || was === PostKind.Gone)',
    '(was === one.kind || posts.kinds[row] === PostKind.Gone)',
  ]),
  ...breaking('src/bridge/mirror/comparison.ts', RULES, [
    'another post does not come back in the place of one that is gone',
    'if (one.item >= 0) retimed.push(one.row);',
    'if (one.item >= 0 && posts.kinds[row] !== PostKind.Gone) retimed.push(one.row);',
  ]),
  ...breaking('src/bridge/known/recent.ts', STORIES, [
    '… whether or not the cache is lost',
    '...(posts.was[row] !== posts.kinds[row] && { was: posts.was[row] as PostKind }),',
    '',
  ]),
  ...breaking(
    'src/bridge/mirror/comparison.ts',
    ['test/bridge/mirror/rare-hours.test.ts'],
    [
      'what is known of the rows tells their generation',
      '  return nearest ?? Math.max(epochs.generation, wraps);',
      '  return Math.max(epochs.generation, wraps);',
    ],
  ),
  ...breaking(
    'src/bridge/mirror/row-order.ts',
    ['test/bridge/mirror/row-order.test.ts'],
    ['rows far from all others are none that an editor moved', '    if (isIsland) continue;\n', ''],
    [
      'what editors did above a row that was moved waits for it',
      '  if (stillFar.length > 0) far =',
      '  if (stillFar.length > rows.length) far =',
    ],
    ['numbers that the board gave are its own, wherever they are', '&& !isBelievable(next);', ';'],
    ['a wrap is no jump', ': step > JUMP && next < one;', ': false;'],
  ),
  ...breaking('src/bridge/known/state.ts', STORIES, [
    'what has a number is believed, in whatever epoch',
    'this.epochs.all.some(({ number }) => this.rowIn(number, sequence) >= 0)',
    'this.rowOfSequence(sequence) >= 0',
  ]),
  ...breaking(
    'src/bridge/mirror/commit.ts',
    RULES,
    [
      'what the index shows is there, whenever its item was withdrawn',
      "event.entry.kind !== 'withdrawn' || this.#seen.whole",
      "event.entry.kind !== 'withdrawn'",
    ],
    [
      'a link that the index shows no more is none',
      'if (record.linked && !linked.has(record) && whole) this.#unlink(record);',
      '',
    ],
  ),
  ...breaking('src/bridge/mirror/commit.ts', RULES, [
    'a text is asked again when the index begins to show that it is continued, and when it shows it no more',
    'if (records.setMarked(record, marked.has(record))) this.#changes.text(record, false);',
    'if (records.setMarked(record, marked.has(record)) && marked.has(record)) this.#changes.text(record, false);',
  ]),
  ...breaking('src/bridge/view/board-view.ts', STORIES, [
    'the clock counts from a DATE, too',
    '    return this.model.dated();',
    '    return 0;',
  ]),
  ...breaking(
    'src/bridge/known/records.ts',
    ['test/bridge/known/records.test.ts'],
    [
      'of several first posts the first that is there counts',
      '    record.first = record.rows.find((row) => isFirst(kinds[row])) ?? record.first;',
      '    record.first = record.rows.findLast((row) => isFirst(kinds[row])) ?? record.first;',
    ],
  ),
  ...breaking('src/bridge/mirror/decision.ts', STORIES, [
    'an article number of another epoch is no evidence',
    'posts.sequences[posts.rowOf(before.numberOf(one) ?? 0)] === one.sequence',
    'posts.rowOf(before.numberOf(one) ?? 0) >= 0',
  ]),
  ...breaking('src/bridge/view/articles.ts', STORIES, [
    'a post that the newest text of its item lacks is no longer there, whatever its number',
    'return isNewer && !this.#model.isUpToDate(record);',
    'return isNewer;',
  ]),
  ...breaking(
    'src/bridge/view/articles.ts',
    ['test/bridge/view/unavailable.test.ts'],
    [
      'a text from before the reply is not taken for what is left of it',
      'return isNewer && !this.#model.isUpToDate(record);',
      'return isNewer && !this.#model.isUpToDate(record) && newest < 0;',
    ],
  ),
  ...breaking(
    'src/bridge/mirror/edit-log.ts',
    RULES,
    [
      'what the edit log tells late is not old',
      'if (this.#untold === undefined) return last;',
      'if (last !== undefined) return last;',
    ],
    ['… nor after a restart', 'this.#cache.setFact(UNTOLD, untold);', ''],
  ),
  ...breaking(
    'src/bridge/mirror/edit-log.ts',
    RULES,
    [
      'an edit that a restored board has lost is not in the text any more',
      'if (!told.has(String(edit))) this.#takenBack.add(edit[1]);',
      '{}',
    ],
    ['… whether or not the server was restarted', "JSON.parse(cache.fact(EDITS) ?? '[]')", "JSON.parse('[]')"],
    [
      'an edit is news although another post had its number before the board was restored',
      'if (!before.has(String(edit))) this.#firstTold.add(edit[1]);',
      '{}',
    ],
  ),
  ...breaking('src/bridge/mirror/follower.ts', RULES, [
    'a number that the board gave is believed until the edit log tells what came with it',
    'if (!this.#editLog.isOverdue) this.#given = undefined;',
    'this.#given = undefined;',
  ]),
  ...breaking(
    'src/bridge/texts/item-facts.ts',
    ['test/bridge/texts/item-facts.test.ts'],
    [
      'what the index does not show, the text tells',
      '  if (!record.linked) {',
      '  if (!record.linked && record.continuedIn < 0) {',
    ],
  ),
  ...breaking('src/bridge/texts/held-texts.ts', STORIES, [
    'what was learnt from a text is kept with it',
    "putBlock('text-states', number, data);\n    saveState(this.#cache, this.#state);",
    "putBlock('text-states', number, data);",
  ]),
  ...breaking('src/bridge/texts/item-facts.ts', STORIES, [
    'the text takes a link back',
    'next === undefined ? -1 : records.intern(next).index',
    'next === undefined ? record.continuedIn : records.intern(next).index',
  ]),
  ...breaking('src/bridge/posting/board-poster.ts', STORIES, [
    'a row of the same number that an editor made up is not the post',
    'if (model.isFull && !(isThere && isOwn))',
    'if (model.isFull && !isThere)',
  ]),
];
