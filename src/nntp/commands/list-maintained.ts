import { listing } from '../syntax/answer.ts';
import { status } from '../syntax/status.ts';
import type { Command } from './command.ts';
import { listCommand } from './list-keyword.ts';

/** A list that the operator may provide. Without one: 503 (RFC 6048 §2.1), and it is not advertised. */
function listMaintained(keyword: string, list: 'distributions' | 'moderators'): Command {
  return {
    ...listCommand(keyword, '', [0, 0], ({ shared }) => {
      const lines = shared.lists[list];
      return lines.length > 0 ? listing(status.list, lines) : `503 No list of ${list} here`;
    }),
    capability({ shared }, report) {
      if (shared.lists[list].length > 0) report.push(['LIST', keyword]);
    },
  };
}

/** RFC 6048 §2.3. */
export const listDistributions = listMaintained('DISTRIBUTIONS', 'distributions');

/** RFC 6048 §2.4. */
export const listModerators = listMaintained('MODERATORS', 'moderators');
