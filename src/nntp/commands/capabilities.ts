import { after, type Soon } from '../../wire/soon.ts';
import { fromPackage } from '../package/commands.ts';
import type { Answer } from '../syntax/answer.ts';
import { status } from '../syntax/status.ts';
import type { Command } from './command.ts';

/** RFC 3977 §9.5: what a keyword looks like. */
const KEYWORD = /^[A-Za-z][A-Za-z0-9.-]{2,}$/;
const FIRST = 'VERSION 2';

/** RFC 3977 §5.2. Runs nntp-server's command, which collects the commands' capabilities, and adds IMPLEMENTATION. */
export const capabilities: Command = {
  head: 'CAPABILITIES',
  syntax: '[keyword]',
  words: [0, 1],
  needs: 'nothing',
  run(client, [keyword]): Soon<Answer> {
    if (keyword !== undefined && !KEYWORD.test(keyword)) return status.syntax;
    return after(fromPackage.capabilities.run(client, 'CAPABILITIES'), (lines) => {
      if (!Array.isArray(lines)) return status.unavailable;
      return lines.flatMap((line) => (line === FIRST ? [line, 'IMPLEMENTATION rgtp-nntp'] : [line]));
    });
  },
};
