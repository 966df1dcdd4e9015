import type { Newsgroup, ReaderSession } from '../backend.ts';
import { extentClaim } from './claim.ts';
import type { Command } from './command.ts';
import { listByGroup } from './list-keyword.ts';

export function activeLine(group: Newsgroup, reader: ReaderSession): string {
  return `${group.name} ${group.high} ${group.low} ${reader.status(group)}`;
}

/** RFC 3977 §7.6.3, RFC 6048 §2.1. */
export const listActive: Command = {
  ...listByGroup('ACTIVE', (group, { reader }) => activeLine(group, reader)),
  claims: () => extentClaim(),
};
