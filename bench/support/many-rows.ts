import { formatIndexEntry } from '../../src/rgtp/index-entry.ts';
import { itemIdAt } from '../../src/rgtp/item-id.ts';
import { type Octets, octets } from '../../src/wire/octets.ts';

/** An index: items of 13 posts, by 5,000 people. */
export function manyRows(count: number): Octets[] {
  const start = Date.UTC(2000, 0) / 1000;
  return Array.from({ length: count }, (_, i) => {
    const item = Math.floor(i / 13);
    return formatIndexEntry({
      sequence: i + 1,
      time: start + i * 60,
      itemId: itemIdAt(start + item * 120),
      userid: octets`user${(i * 7919) % 5000}@rgtp.example`,
      type: i % 13 === 0 ? 'I' : 'R',
      subject: octets`Subject number ${item}`,
    });
  });
}
