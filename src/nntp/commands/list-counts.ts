import { extentClaim } from './claim.ts';
import type { Command } from './command.ts';
import { listByGroup } from './list-keyword.ts';

/** RFC 6048 §2.2. tin asks with a comma list of names. */
export const listCounts: Command = {
  ...listByGroup(
    'COUNTS',
    (group, { reader }) => `${group.name} ${group.high} ${group.low} ${group.count} ${reader.status(group)}`,
  ),
  claims: () => extentClaim(),
};
