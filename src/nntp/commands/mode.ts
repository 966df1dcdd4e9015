import { fromPackage } from '../package/commands.ts';

/** Uses the package's: 501 to every keyword but READER. */
export const mode = fromPackage.mode({ syntax: 'READER', words: [1, 1], needs: 'nothing' });
