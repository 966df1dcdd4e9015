import { commands } from 'nntp-server';
import { fromPackage } from './command.ts';

/** RFC 3977 §8.4. The package's: seven fixed fields, then Xref. */
export const listOverviewFmt = fromPackage(commands['LIST OVERVIEW.FMT'], { syntax: '', words: [0, 0], needs: 'read' });
