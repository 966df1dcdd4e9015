import { fromPackage } from '../package/commands.ts';

/** RFC 3977 §7.1. The package's. Evolution lists nothing without it. */
export const date = fromPackage.date({ syntax: '', words: [0, 0], needs: 'nothing' });
