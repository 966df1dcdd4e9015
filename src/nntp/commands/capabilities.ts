import { fromPackage } from '../package/commands.ts';
import { status } from '../syntax/status.ts';
import type { Command } from './command.ts';

/** RFC 3977 §9.5: what a keyword looks like. */
const KEYWORD = /^[A-Za-z][A-Za-z0-9.-]{2,}$/;
const FIRST = 'VERSION 2';

/** RFC 3977 §5.2. Uses the package's, which collects the commands' capabilities, and adds IMPLEMENTATION. */
export const capabilities: Command = {
  head: 'CAPABILITIES',
  syntax: '[keyword]',
  words: [0, 1],
  needs: 'nothing',
  async run(client, [keyword]) {
    if (keyword !== undefined && !KEYWORD.test(keyword)) return status.syntax;
    const lines = await fromPackage.capabilities.run(client, 'CAPABILITIES');
    if (!Array.isArray(lines)) return status.unavailable;
    return lines.flatMap((line) => (line === FIRST ? [line, 'IMPLEMENTATION rgtp-nntp'] : [line]));
  },
};
