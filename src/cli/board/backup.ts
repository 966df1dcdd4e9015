/** `rgtp-nntp board backup FILE`: a consistent copy of a board that may be running. */
import { Command } from 'commander';
import { backupBoard } from '../../board/upkeep/backup.ts';
import { withBoardFile } from '../../server/board-file.ts';
import { type ConfigOption, configOption, configuration } from '../configuration.ts';
import { Progress } from '../progress.ts';

export function backupCommand(): Command {
  return new Command('backup')
    .description('copy the board into one file, even while it runs')
    .argument('<file>', 'the copy; an existing file is replaced')
    .addOption(configOption())
    .action(async (file: string, _: ConfigOption, command: Command) => {
      const config = configuration(command.optsWithGlobals<ConfigOption>());
      const progress = new Progress();
      const keyFile = await withBoardFile(config, async (store, { boardKey }) => {
        await backupBoard(store, file, ({ done, total }) => progress.show('pages', done, total));
        return boardKey;
      });
      progress.end();
      process.stdout.write(`The board is copied to ${file}.\n`);
      process.stdout.write(
        `The users' secrets in it can be read only with the key in ${keyFile}: keep a copy of the key in another place.\n`,
      );
    });
}
