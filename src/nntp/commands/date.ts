import { fromPackage } from '../package/commands.ts';

/** RFC 3977 §7.1. Uses the package's. Evolution lists nothing without DATE. */
export const date = fromPackage.date({ syntax: '', words: [0, 0], needs: 'nothing' });
