import { status } from '../syntax/status.ts';
import type { Command } from './command.ts';
import { stepCommand } from './step.ts';

/** RFC 3977 §6.1.4. */
export const next: Command = {
  ...stepCommand('NEXT', status.noNext, (group, number) => group.atOrAfter(number + 1)),
  claims({ selected }) {
    if (!selected || selected.current === 0) return undefined;
    const { newsgroup, current, name } = selected;
    return newsgroup.atOrAfter(current + 1) === undefined ? { newsgroups: [name], otherwise: 'refuse' } : undefined;
  },
};
