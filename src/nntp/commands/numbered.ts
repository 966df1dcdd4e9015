import type { Soon } from '../../wire/soon.ts';

/**
 * The line of an article named by message-id, whose number is replaced: by 0 if the article is not in the selected
 * group (RFC 3977 §8.3.2, §8.5.2), by the message-id in XHDR (RFC 2980 §2.6).
 * @param separator the octet that ends the number
 */
export function* withNumber(lines: Iterable<Soon<Buffer>>, shown: string, separator: number): Generator<Soon<Buffer>> {
  for (const line of lines) yield line instanceof Promise ? line.then(renumber) : renumber(line);

  function renumber(line: Buffer): Buffer {
    const end = line.indexOf(separator);
    return end < 0 ? line : Buffer.concat([Buffer.from(shown), line.subarray(end)]);
  }
}
