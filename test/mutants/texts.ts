import { breaking } from './mutant.ts';

const ITEM_TEXT = ['test/bridge/item-text.test.ts'];
const TEXTS = ['test/bridge/mirror/texts.test.ts', 'test/bridge/mirror/mirror.test.ts'];
const MEMORY = ['test/bridge/memory.test.ts'];

const SUMMARIES = ['test/bridge/texts/summaries.test.ts'];

const ALONE = ['test/bridge/texts/texts.test.ts'];

/** The texts of items, and the memory for what was read last. */
export const textMutants = [
  ...breaking(
    'src/bridge/texts/texts.ts',
    ALONE,
    [
      'a text that is not written yet is not read from the file',
      'this.#alone.delete(item) || this.#unwritten.has(item)',
      'this.#alone.delete(item)',
    ],
    ['who reads on in an item gets all of it', '    this.#alone.add(item);\n', ''],
    ['a post that is read alone counts as read', 'textPart(item, from, length, time)', 'textPart(item, from, length)'],
  ),
  ...breaking(
    'src/bridge/view/articles.ts',
    ['test/bridge/view/group-view.test.ts'],
    ['what is read once takes no other’s place in memory', ' || recent.again(row)', ' || !recent.again(-1)'],
    ['… but what is read again is kept', ' || recent.again(row)', ' || recent.again(-row - 1)'],
    ['where there is room, all is kept', 'memory.hasRoomFor(made) || ', '!memory.hasRoomFor(made) && '],
  ),
  ...breaking(
    'src/bridge/mirror/mirror.ts',
    ['test/bridge/mirror/mirror.test.ts'],
    ['where one post is asked for, it alone is read', 'this.#texts.text(item, post)', 'this.#texts.text(item)'],
    ['no item is fetched before its last row is there', 'this.#state.isRead && changes.some', 'changes.some'],
  ),
  ...breaking(
    'src/bridge/view/group-view.ts',
    ['test/bridge/view/group-view.test.ts'],
    ['what HDR keeps goes with the article', '    this.#headerLines.forgetRow(row);\n', ''],
  ),
  ...breaking(
    'src/wire/bounded-log.ts',
    ['test/wire/bounded-log.test.ts'],
    ['of lines that nobody asked for, none is left out', '    if (!this.isWritten(level)) return;\n', ''],
  ),
  ...breaking(
    'src/bridge/text.ts',
    ['test/bridge/item-text.test.ts'],
    ['UTF-8 is not read as Latin-1', "  if (charset === 'auto' && isUtf8(stored)) return undefined;\n", ''],
    ['a signature gets its blank back', ' || BARE_SIGNATURE.test(whole)', ''],
    ['a line too long in UTF-8 is folded', '{0,499}', '{0,998}'],
    ['what Latin-1 has as controls is read as windows-1252', '[ -~\\xa0-\\xff]{', '[ -~\\x80-\\xff]{'],
  ),
  ...breaking(
    'src/bridge/item-text.ts',
    ITEM_TEXT,
    ['a post near the beginning takes one query', 'end <= ahead.length', 'end < 0'],
    ['a post further down is read from where it is', 'end <= ahead.length', 'from <= ahead.length'],
    ['a line that begins with a dot has it doubled', String.raw`(?!\.|--\r)`, String.raw`(?!--\r)`],
    ['the mark of a signature gets its blank back', String.raw`(?!\.|--\r)`, String.raw`(?!\.)`],
    ['a line too long for an article is folded', 'isReady: longest <= MAX_LINE && ', 'isReady: '],
    ['text that is not ASCII is decoded', ' && PLAIN.test(text)', ''],
    [
      'a post that is read alone is not another',
      'while (entry < table.length && table.readUInt32LE(entry) !== sequence) entry += ENTRY;',
      'while (entry < table.length && table.readUInt32LE(entry) < sequence) entry += ENTRY;',
    ],
    ['an edit makes a text newer', 'Math.max(lastEdit, lastReply, mark', 'Math.max(lastReply, mark'],
    ['damaged: as good as not held', 'return last === bytes.length ?', 'return last <= bytes.length ?'],
  ),
  ...breaking(
    'src/bridge/texts/texts.ts',
    TEXTS,
    [
      'what an editor removed is not kept to be written',
      '      this.#unwritten.delete(item);',
      '      this.#unwritten.get(item);',
    ],
    [
      'what an editor removed is not in memory',
      '      this.#recent.delete(item);\n      this.#unwritten',
      '      this.#recent.peek(item);\n      this.#unwritten',
    ],
    ['a transaction is short', '|| this.#unwrittenOctets >= BATCH_OCTETS', ''],
  ),
  ...breaking(
    'src/bridge/growable.ts',
    ['test/bridge/growable.test.ts'],
    ['a large number is kept', 'if (value >= LARGE) this.#large.set(index, value);', ''],
    ['no number is taken for the mark of large ones', 'if (value >= LARGE)', 'if (value > LARGE)'],
  ),
  ...breaking(
    'src/bridge/texts/names.ts',
    ['test/bridge/texts/names.test.ts'],
    ['a name that no post has is not kept', '    this.#names[number] = undefined;\n', ''],
    ['a name is not found under the number of another', 'this.#numbers.delete(name);', 'this.#numbers.has(name);'],
  ),
  ...breaking(
    'src/bridge/texts/summaries.ts',
    SUMMARIES,
    [
      'a grogname of a post that is gone is not kept',
      '      this.#clear(row);\n      touched',
      '      this.knows(row);\n      touched',
    ],
    [
      'a grogname of a post that is gone leaves the file',
      'else this.#cache.dropSummary(item);',
      'else this.knows(item);',
    ],
    [
      'what an editor removed is not kept',
      'for (const row of record.rows) this.#clear(row);',
      'for (const row of record.rows) this.of(row);',
    ],
    [
      'what an editor removed leaves the file',
      '    this.#cache.dropSummary(record.index);',
      '    this.knows(record.index);',
    ],
    ['what was measured otherwise is measured again', '    this.#cache.dropAllSummaries();', ''],
    ['damaged: as good as not known', 'if (end > bytes.length) return;', ''],
    ['a summary is of its own rows', 'row < length && items[row] === item &&', 'row < length &&'],
  ),
  ...breaking(
    'src/bridge/known/presence.ts',
    ['test/bridge/known/presence.test.ts'],
    ['what goes is counted', 'this.#count(row, item, from, -1);', ''],
    ['an item is gone with its last row', 'if (now !== (by === 1 ? 1 : 0)) return;', 'if (now !== 1) return;'],
    [
      'the first row of a newsgroup',
      'stretch < 0 ? length : stretch * COUNTED',
      'stretch < 0 ? length : (stretch + 1) * COUNTED',
    ],
    ['a row that goes or comes back may be the first', 'if (row <= this.#first[group]) this.#first[group] = -1;', ''],
    ['texts of items without posts are not waited for', '    this.onItem?.(item, by === 1);', ''],
  ),
  ...breaking(
    'src/bridge/texts/held-texts.ts',
    ['test/bridge/texts/summaries.test.ts'],
    [
      'nothing is read from a cache that has been closed',
      'while (!this.#closed && !work.next().done) await eventLoop.next();',
      'for (let step = work.next(); !step.done && !this.#closed; step = work.next()) await eventLoop.next();',
    ],
  ),
  ...breaking(
    'src/bridge/memory.ts',
    MEMORY,
    ['what an entry costs besides its octets counts', 'return ENTRY + octets;', 'return 1 + octets;'],
    ['the budget is one for all', 'maxSize: Math.max(1, octets),', 'maxSize: Math.max(1, octets * 2),'],
  ),
];
