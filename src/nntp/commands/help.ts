import { listing } from '../answer.ts';
import type { Command } from '../command.ts';
import { status } from '../status.ts';

/** RFC 3977 §7.2: every command with its arguments. */
export function helpOf(others: readonly Command[]): Command {
  const help: Command = {
    head: 'HELP',
    syntax: '',
    words: [0, 0],
    needs: 'nothing',
    run: () => text,
  };
  const text = listing(
    status.help,
    [...others, help].map(({ head, syntax }) => `  ${head} ${syntax}`.trimEnd()).sort(),
  );
  return help;
}
