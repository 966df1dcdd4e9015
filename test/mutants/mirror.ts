import { breaking, HANGS } from './mutant.ts';

const MIRROR = ['test/bridge/mirror/mirror.test.ts', 'test/bridge/mirror/histories.test.ts'];
const TEXTS = [
  'test/bridge/mirror/mirror.test.ts',
  'test/bridge/mirror/outages.test.ts',
  'test/bridge/mirror/dialects.test.ts',
];

const UNCHANGED = ['test/bridge/mirror/unchanged.test.ts'];

export const mirrorMutants = [
  ...breaking(
    'src/bridge/mirror/unchanged.ts',
    UNCHANGED,
    [
      'an index is as it was only if its octets are',
      'return !this.#differs && this.digest.beginning === this.known.digest && this',
      'return !this.#differs && this',
    ],
    ['rows that came since are as they were', '    if (!isSame) this.differ();\n', ''],
    [
      'rows that came since are all there',
      ' && this.#take() === undefined;',
      ';',
      'the poll begins with the last known row, and finds that it is not there',
    ],
    ['a row that came since says nothing else of its item', "entry.subject === (record?.subject ?? '');", 'true;'],
    [
      'what was withdrawn has left the index, too',
      '(yield* this.#count(end)) === known.posts',
      '(yield* this.#count(end)) <= known.posts',
    ],
    ['what is not shown is looked at each time', 'if (rows > 0 && posts === rows && ', 'if ('],
    ['octets that are compared the next time are those of known posts', '    if (isAll) this.#keep', '    this.#keep'],
  ),
  ...breaking('src/bridge/mirror/reading.ts', UNCHANGED, [
    'what was compared is forgotten once something else is',
    '    this.#unchanged.forget();\n',
    '',
  ]),
  ...breaking('src/bridge/mirror/fetching.ts', UNCHANGED, [
    'new rows that are withheld are looked at with all others',
    ' || (isDue && !whole && sighting.withheld > 0)',
    '',
  ]),
  ...breaking(
    'src/bridge/known/records.ts',
    [
      'test/bridge/mirror/histories.test.ts',
      'test/bridge/mirror/promises.test.ts',
      'test/bridge/mirror/mirror.test.ts',
    ],
    ['of several first posts the first that is there counts, also when it is back', 'row < first || ', ''],
  ),
  ...breaking(
    'src/bridge/known/strings.ts',
    ['test/bridge/known/strings.test.ts'],
    ['what moves is found again', '      this.#starts[number] = end;\n', ''],
    ['only what is alive moves', 'if (this.#dead === 0) this.#bytes', 'if (this.#dead >= 0) this.#bytes'],
  ),
  ...breaking(
    'src/bridge/known/item-ids.ts',
    ['test/bridge/known/item-ids.test.ts'],
    ['the digits of an id may begin with zeros', 'String(DIGITS + (code % DIGITS)).slice(1)', 'String(code % DIGITS)'],
    ['an id of another form is kept as it is', 'if (!ITEM_ID.test(id)) return -1;', ''],
  ),
  ...breaking(
    'src/bridge/known/columns.ts',
    ['test/bridge/mirror/turns.test.ts', 'test/bridge/mirror/mirror.test.ts'],
    ['an item has its rows after a restart', '      this.#chain(row, item);\n', ''],
  ),
  ...breaking(
    'src/bridge/known/columns.ts',
    ['test/bridge/known/columns.test.ts'],
    ['a place that is near is looked at', 'near < this.length && this.numbers[near] === number', 'near < this.length'],
  ),
  ...breaking(
    'src/bridge/texts/queue.ts',
    TEXTS,
    [
      'what an editor removed is not brought back by an old answer',
      'if (this.states.of(item) !== TextState.Overtaken) {',
      'if (this.states.of(item) >= 0) {',
    ],
    [
      'requests under way are bounded',
      'while (!this.#closed && this.#requests.size < this.#depth) {',
      'while (!this.#closed) {',
    ],
  ),
  ...breaking(
    'src/bridge/texts/queue.ts',
    ['test/bridge/mirror/outages.test.ts'],
    ['an item the board chokes on is given up', 'if (strikes < STRIKES) {', 'if (strikes >= 0) {'],
  ),
  ...breaking('src/bridge/known/epochs.ts', MIRROR, [
    'a new epoch begins above everything given',
    'base: highest + 1 - first',
    'base: highest - first',
  ]),
  ...breaking(
    'src/bridge/known/epochs.ts',
    ['test/bridge/mirror/rare-hours.test.ts'],
    [
      'epochs are on disk before any number of theirs is given',
      'if (begun.length > 0) await permanent.addEpochs(begun);',
      '',
    ],
  ),
  ...breaking(
    'src/bridge/known/publishing.ts',
    [...MIRROR, 'test/bridge/view/history.test.ts'],
    [
      'a high mark never falls',
      'if (mark !== undefined && number > mark.high) mark.high = number;',
      'if (mark !== undefined) mark.high = number;',
    ],
  ),
  ...breaking(
    'src/bridge/mirror/follower.ts',
    [...MIRROR, 'test/bridge/posting/faults.test.ts', 'test/bridge/mirror/rare-hours.test.ts'],
    [
      'our own posts have their ids before anybody sees them',
      '    await poll.gate?.beforePublish(newestRows(seen, decision));\n',
      '',
    ],
  ),
  ...breaking(
    'src/bridge/mirror/follower.ts',
    ['test/bridge/mirror/outages.test.ts'],
    [
      'what a failed poll was to find, the next one finds',
      '    } catch (error) {\n      this.expect(poll.expected);\n      throw error;',
      '    } catch (error) {\n      throw error;',
    ],
  ),
  ...breaking(
    'src/bridge/poller.ts',
    ['test/bridge/poller.test.ts'],
    ['a board that is away is asked ever more rarely', 'first * 2 ** Math.max(this.#failures - 1, 0)', 'first'],
  ),
  ...breaking(
    'src/bridge/one-at-a-time.ts',
    ['test/bridge/poller.test.ts'],
    [
      'one poll at a time',
      'if (this.#running === undefined) return this.#start();\n    this.#next ??= this.#running\n',
      'if (this.#next === undefined) return this.#start();\n    this.#next ??= Promise.resolve(this.#running)\n',
    ],
    ['what is asked during a run begins after the question', '        return this.#start();\n      });', '      });'],
  ),
  ...breaking(
    'src/bridge/mirror/follower.ts',
    ['test/bridge/mirror/several.test.ts'],
    [
      'what others were asked before this one has read anything, counts',
      'if (this.#agreement !== undefined && !state.isRead) await publishing.lookAgain();',
      '',
    ],
    [
      'an epoch that another bridge has begun is adopted',
      'if (epochs.length > 0) state.epochs = new Epochs(epochs);',
      'if (epochs.length > 1e6) state.epochs = new Epochs(epochs);',
    ],
    [
      'what another bridge has shown is shown here, too',
      'if (ahead !== undefined && this.#agreement?.lacks(ahead)) return',
      'if (ahead !== undefined && this.#agreement?.lacks(ahead) && poll.round < 0) return',
    ],
  ),
  ...breaking(
    'src/bridge/mirror/agreement.ts',
    ['test/bridge/mirror/several.test.ts'],
    [
      'what others have not shown is not put below what they have',
      'if (other === undefined) return false;',
      'if (other === undefined) return true;',
    ],
    [
      'what others have shown one after the other is taken in whole',
      '!isConsistent(others.rows, rest)) return { ...others, rows: theirs };',
      '!isConsistent(others.rows, rows)) return others;',
    ],
    [
      'an article arrives once, whichever bridge shows it',
      'if (kind !== PostKind.Gone) arrivals.set(number, arrival);',
      '',
    ],
    ['another bridge knows that an editor has changed rows', 'this.#isEdited ||= rows.some(isIndexEdit);', ''],
    [
      'what is not there at another bridge has not arrived there',
      'if (kind !== PostKind.Gone) arrivals.set(number, arrival);',
      'arrivals.set(number, arrival);',
    ],
    [
      'a number means the same post at every bridge',
      'keyOf(other) === keyOf(rowDetails(details))',
      'keyOf(other) !== details',
    ],
    [
      'what others have shown has its number here, too, when it comes back',
      '    !isReserved(rowDetails(details));',
      '    rowDetails(details).kind !== PostKind.Gone;',
    ],
    [
      'nothing arrives before the time that readers were told elsewhere',
      '      this.#state.publishing.keepUp(shown.marks);\n',
      '',
    ],
  ),
  ...breaking(
    'src/bridge/known/publishing.ts',
    ['test/bridge/mirror/several.test.ts'],
    ['bridges do not drive each other ahead', '    this.#keptNow = Math.max(this.#keptNow, told);\n', ''],
    ['a bridge is not much ahead of another’s clock', ' ? AHEAD : AHEAD_OF_OTHERS)', ' ? AHEAD : AHEAD)'],
  ),
  ...breaking(
    'src/bridge/known/publishing.ts',
    ['test/bridge/known/publishing.test.ts'],
    [
      'the time is told once it is stored',
      'return this.#keeping.then(() => eventLoop.next(true)).then(() => now);',
      'return now;',
    ],
    ['… or after a while', '      PATIENCE,', '      2 ** 30,'],
    ['what could not be stored is stored later', 'if (this.#keptNow === kept) this.#keptNow = now;', ''],
  ),
  ...breaking(
    'src/bridge/mirror/follower.ts',
    ['test/bridge/mirror/several.test.ts'],
    [
      'an edit without a row is looked for once',
      '      told.has(sequence) || state.knows(sequence)',
      '      state.knows(sequence)',
    ],
  ),
  ...breaking(
    'src/bridge/mirror/edit-log.ts',
    ['test/bridge/mirror/rules.test.ts'],
    [
      'the same change by an editor, at another time, is another event',
      '  if (was !== PostKind.Gone && !mayBeAt(when, posts.times[known] ?? 0)) return false;\n',
      '',
    ],
  ),
  ...breaking(
    'src/bridge/mirror/pace.ts',
    ['test/bridge/mirror/several.test.ts'],
    [
      'one bridge polls the board for all',
      'if (shared?.leads === false) return',
      'if (shared === undefined && cache.lost) return',
    ],
  ),
  ...breaking(
    'src/bridge/mirror/mirror.ts',
    ['test/bridge/mirror/several.test.ts'],
    [
      'the others are told of what is new',
      "if (about === 'rows') this.poke();",
      "if (about === 'posts') this.poke();",
      HANGS,
    ],
  ),
  ...breaking(
    'src/bridge/mirror/follower.ts',
    ['test/bridge/posting/several.test.ts'],
    [
      'what a dying bridge has shown has the Message-ID of its poster',
      'await this.#recall.run(this.#agreement && gate);',
      'await this.#recall.run(undefined);',
    ],
  ),
  ...breaking(
    'src/bridge/mirror/follower.ts',
    ['test/bridge/mirror/several.test.ts'],
    [
      'what others have shown has raised the marks here, too, whatever became of it since',
      'if (poll.others !== undefined) publishing.follow(poll.others.marks);',
      '',
    ],
  ),
];
