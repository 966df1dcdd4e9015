import { status } from '../syntax/status.ts';
import { stepCommand } from './step.ts';

/** RFC 3977 §6.1.4. */
export const next = stepCommand('NEXT', status.noNext, (group, number) => group.atOrAfter(number + 1));
