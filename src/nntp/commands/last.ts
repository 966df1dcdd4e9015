import { status } from '../syntax/status.ts';
import { stepCommand } from './step.ts';

/** RFC 3977 §6.1.3. */
export const last = stepCommand('LAST', status.noPrevious, (group, number) => group.atOrBefore(number - 1));
