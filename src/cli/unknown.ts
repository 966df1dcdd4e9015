/** Unknown subcommands of a command that also runs without one: commander alone would call them excess arguments. */
import type { Command } from 'commander';
import { closest } from '../config/closest.ts';

/** @throws CommanderError that names the subcommand probably meant */
export function refuseUnknown(command: Command): void {
  const [word] = command.args;
  if (word === undefined) return;
  const known = command.commands.map((below) => below.name());
  const meant = closest(word, known);
  const help = meant === undefined ? `There are: ${known.join(', ')}` : `Did you mean ${meant}?`;
  command.error(`error: unknown command '${word}'\n(${help})`, { code: 'commander.unknownCommand' });
}
