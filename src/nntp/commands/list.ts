import { status } from '../syntax/status.ts';
import type { Command } from './command.ts';
import { listActive } from './list-active.ts';

/** LIST without a keyword is LIST ACTIVE (RFC 3977 §7.6.1); with one that is not known, 501: Alpine asks for EXTENSIONS. */
export const list: Command = {
  head: 'LIST',
  syntax: '[keyword [argument]]',
  words: [0, 2],
  needs: 'read',
  run: (client, words, raw) => (words.length > 0 ? status.syntax : listActive.run(client, words, raw)),
};
