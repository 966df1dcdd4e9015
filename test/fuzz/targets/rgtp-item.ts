import assert from 'node:assert/strict';
import { ItemText } from '../../../src/bridge/item-text.ts';
import { RgtpFormatError } from '../../../src/rgtp/errors.ts';
import { parseItem } from '../../../src/rgtp/item.ts';
import { octetsFrom } from '../../../src/wire/octets.ts';
import { linesFrom, recordedItems } from '../seeds.ts';
import { type ParserTarget, unlessRefused } from '../target.ts';

/** ITEM's data in both dialects, and what the cache makes of it. */
export const rgtpItem: ParserTarget = {
  name: 'rgtp-item',
  seeds: recordedItems,
  words: [
    '^00000003 6B02111B',
    '[Continued in P3242146 by a@b.]',
    '[Item continued in P3242146]',
    'Subject: x',
    'Reply from ',
    '^^',
  ],
  maxOctets: 70_000,
  run(input) {
    const lines = linesFrom(octetsFrom(input));
    for (const dialect of ['standard', 'spurge'] as const) {
      const item = unlessRefused(() => parseItem('P3242146', lines, { dialect }), RgtpFormatError);
      if (item === undefined) continue;
      const shown = item.contributions.reduce((sum, { lines: text, header }) => sum + text.length + header.length, 0);
      assert(shown <= lines.length, 'more lines than the item has');
      const kept = ItemText.read(Uint8Array.from(ItemText.of(item).bytes));
      assert(kept !== undefined, 'not what was stored');
      const posts = [...kept.posts()].map(({ sequence, grogname, lines }) => ({ sequence, grogname, lines }));
      assert.deepEqual(
        posts,
        item.contributions.map(({ sequence, grogname, lines }) => ({ sequence, grogname, lines })),
      );
    }
  },
};
