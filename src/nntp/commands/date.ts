import { commands } from 'nntp-server';
import { fromPackage } from './command.ts';

/** RFC 3977 §7.1. The package's. Evolution lists nothing without it. */
export const date = fromPackage(commands.DATE, { syntax: '', words: [0, 0], needs: 'nothing' });
