import type { Newsgroup } from '../backend.ts';
import { status } from '../syntax/status.ts';
import type { Command } from './command.ts';

/** NEXT and LAST. They start from the number of the current article, which may have been removed. */
export function stepCommand(
  head: string,
  none: string,
  neighbour: (group: Newsgroup, number: number) => number | undefined,
): Command {
  return {
    head,
    syntax: '',
    words: [0, 0],
    needs: 'read',
    run(client) {
      const { selected } = client;
      if (!selected) return status.notSelected;
      if (selected.current === 0) return status.noCurrent;
      const { newsgroup } = selected;
      const number = neighbour(newsgroup, selected.current);
      const messageId = number === undefined ? undefined : newsgroup.messageId(number);
      if (number === undefined || messageId === undefined) return none;
      selected.current = number;
      return `223 ${number} ${messageId}`;
    },
  };
}
