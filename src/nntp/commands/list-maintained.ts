import type { Maintained } from '../front-end.ts';
import { listing } from '../syntax/answer.ts';
import { status } from '../syntax/status.ts';
import type { Command } from './command.ts';
import { listCommand } from './list-keyword.ts';

/** A list that a server may or may not maintain: 503 where it does not (RFC 6048 §2.1), and then it is not advertised. */
function listMaintained(keyword: string, list: 'distributions' | 'moderators'): Command {
  const linesOf = (maintained: Maintained): readonly string[] | undefined => maintained[list];
  return {
    ...listCommand(keyword, '', [0, 0], ({ server }) => {
      const lines = linesOf(server.maintained);
      return lines ? listing(status.list, lines) : `503 No list of ${list} here`;
    }),
    capability({ server }, report) {
      if (linesOf(server.maintained)) report.push(['LIST', keyword]);
    },
  };
}

/** RFC 6048 §2.3. */
export const listDistributions = listMaintained('DISTRIBUTIONS', 'distributions');

/** RFC 6048 §2.4. */
export const listModerators = listMaintained('MODERATORS', 'moderators');
