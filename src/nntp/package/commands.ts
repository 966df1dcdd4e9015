import { commands, type PackageCommand } from 'nntp-server';
import type { Command } from '../commands/command.ts';
import { status } from '../syntax/status.ts';

type Ours = Pick<Command, 'syntax' | 'words' | 'needs'> & Partial<Command>;

/** The commands of the npm package nntp-server that are in use. `commands/` adds what they lack or get wrong. */
export const fromPackage = {
  authinfoUser: (ours: Ours) => adopted(commands['AUTHINFO USER'], ours),
  /** White space in a password counts: `line` is `AUTHINFO PASS` and the password as received. */
  authinfoPass: commands['AUTHINFO PASS'],
  capabilities: commands.CAPABILITIES,
  date: (ours: Ours) => adopted(commands.DATE, ours),
  listOverviewFmt: (ours: Ours) => adopted(commands['LIST OVERVIEW.FMT'], ours),
  mode: (ours: Ours) => adopted(commands.MODE, ours),
  quit: (ours: Ours) => adopted(commands.QUIT, ours),
};

/** A command of the package, unchanged, behind our own line splitting and refusals. */
function adopted(command: PackageCommand, ours: Ours): Command {
  return {
    head: command.head,
    run(client, words) {
      const line = words.length > 0 ? `${command.head} ${words.join(' ')}` : command.head;
      return command.validate.test(line) ? command.run(client, line) : status.syntax;
    },
    ...(command.capability && { capability: (client, report) => command.capability?.(client, report) }),
    ...ours,
  };
}
