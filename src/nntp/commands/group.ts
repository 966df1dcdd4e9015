import { fromPackage } from '../package/commands.ts';

/** RFC 3977 §6.1.1. The package's; a failure keeps the old selection. */
export const group = fromPackage.group({ syntax: 'newsgroup', words: [1, 1], needs: 'read' });
