import { fromPackage } from '../package/commands.ts';

/** nntp-server's command: 501 for every keyword but READER and STREAM, which are commands of their own. */
export const mode = fromPackage.mode({ syntax: 'READER | STREAM', words: [1, 1], needs: 'nothing' });
