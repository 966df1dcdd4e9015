import { listByGroup } from './list-keyword.ts';

/** RFC 3977 §7.6.6. */
export const listNewsgroups = listByGroup('NEWSGROUPS', ({ name, description }) => `${name}\t${description}`);
