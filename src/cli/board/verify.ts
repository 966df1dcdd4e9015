/** `rgtp-nntp board verify`: reads the whole board and reports what is wrong. */
import { Command } from 'commander';
import { verifyBoard } from '../../board/upkeep/verify.ts';
import { withBoardFile } from '../../server/board-file.ts';
import { Failure } from '../../server/failure.ts';
import { type ConfigOption, configOption, configuration } from '../configuration.ts';

export function verifyCommand(): Command {
  return new Command('verify')
    .description('read the whole board and report what is wrong')
    .addOption(configOption())
    .action(async (_: ConfigOption, command: Command) => {
      const config = configuration(command.optsWithGlobals<ConfigOption>());
      const { rows, items, users, problems, oddities } = await withBoardFile(config, (store) => verifyBoard(store));
      const lines = [
        `${rows} index rows, ${items} items, ${users} users`,
        ...oddities.map((oddity) => `odd   ${oddity}`),
        ...problems.map((problem) => `fail  ${problem}`),
      ];
      process.stdout.write(`${lines.join('\n')}\n`);
      if (problems.length > 0)
        throw new Failure(
          `${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}`,
          'Restore a backup, or correct the items as an editor.',
        );
      process.stdout.write('The board is sound.\n');
    });
}
