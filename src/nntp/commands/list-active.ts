import type { Account, Newsgroup } from '../backend.ts';
import { listByGroup } from './list-keyword.ts';

export function activeLine(group: Newsgroup, account: Account | undefined): string {
  return `${group.name} ${group.high} ${group.low} ${group.status(account)}`;
}

/** RFC 3977 §7.6.3, RFC 6048 §2.1. */
export const listActive = listByGroup('ACTIVE', (group, { account }) => activeLine(group, account));
