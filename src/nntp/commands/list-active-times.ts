import { listByGroup } from './list-keyword.ts';

/** RFC 3977 §7.6.4. */
export const listActiveTimes = listByGroup(
  'ACTIVE.TIMES',
  ({ name, created, creator }) => `${name} ${created} ${creator}`,
);
