import { commands } from 'nntp-server';
import { fromPackage } from './command.ts';

/** RFC 3977 §6.1.1. The package's; `FrontEnd._selectGroup` does the selecting, and a failure keeps the old group. */
export const group = fromPackage(commands.GROUP, { syntax: 'newsgroup', words: [1, 1], needs: 'read' });
