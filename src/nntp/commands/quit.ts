import { fromPackage } from '../package/commands.ts';

/** RFC 3977 §5.4. nntp-server's command. Anything sent after it is read and dropped. */
export const quit = fromPackage.quit({ syntax: '', words: [0, 0], needs: 'nothing' });
