import { commands } from 'nntp-server';
import { fromPackage } from './command.ts';

/** The package's: 501 to every keyword but READER. */
export const mode = fromPackage(commands.MODE, { syntax: 'READER', words: [1, 1], needs: 'nothing' });
