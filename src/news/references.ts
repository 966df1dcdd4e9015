import { MAX_LINE } from './body.ts';

const MAX_VALUE = MAX_LINE - 'References: '.length;

/** Message-IDs as a References value on one line: the first, and as many of the last as fit (RFC 5537 §3.4.4). */
export function formatReferences(messageIds: readonly string[]): string {
  const all = messageIds.join(' ');
  if (all.length <= MAX_VALUE) return all;
  const [first = ''] = messageIds;
  let last = '';
  for (let i = messageIds.length - 1; i > 0; i--) {
    const longer = ` ${messageIds[i]}${last}`;
    if (first.length + longer.length > MAX_VALUE) break;
    last = longer;
  }
  return first + last;
}
