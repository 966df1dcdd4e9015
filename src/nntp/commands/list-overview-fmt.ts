import { fromPackage } from '../package/commands.ts';

/** RFC 3977 §8.4. nntp-server's command: the seven fixed fields, then Xref. */
export const listOverviewFmt = fromPackage.listOverviewFmt({ syntax: '', words: [0, 0], needs: 'read' });
