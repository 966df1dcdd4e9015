import { commands } from 'nntp-server';
import { fromPackage } from './command.ts';

/** RFC 3977 §5.4. The package's; what is sent after it is read and forgotten. */
export const quit = fromPackage(commands.QUIT, { syntax: '', words: [0, 0], needs: 'nothing' });
