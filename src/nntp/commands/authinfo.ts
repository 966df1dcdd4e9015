import { status } from '../syntax/status.ts';
import type { Command } from './command.ts';

/** AUTHINFO with an unknown keyword, such as GENERIC (RFC 2980 §3.1.3): 501. */
export const authinfo: Command = {
  head: 'AUTHINFO',
  syntax: 'USER | PASS | SASL',
  words: [0, Number.POSITIVE_INFINITY],
  needs: 'nothing',
  run: () => status.syntax,
};
