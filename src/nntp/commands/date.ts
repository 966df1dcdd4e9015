import { after } from '../../wire/soon.ts';
import { fromPackage } from '../package/commands.ts';
import type { Command } from './command.ts';

const answer = fromPackage.date({ syntax: '', words: [0, 0], needs: 'nothing' });

/** RFC 3977 §7.1. Runs nntp-server's command. Evolution lists nothing without DATE. */
export const date: Command = {
  ...answer,
  run(client, words, line) {
    return after(client.reader.dated?.(), () => answer.run(client, words, line));
  },
};
