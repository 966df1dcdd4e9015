/** `rgtp-nntp board backup FILE`: a sound copy of a board that may be running. */
import { Command } from 'commander';
import { backupBoard } from '../../board/upkeep/backup.ts';
import { withBoardFile } from '../../server/board-file.ts';
import { type ConfigOption, configOption, configuration } from '../configuration.ts';
import { Progress } from '../progress.ts';

export function backupCommand(): Command {
  return new Command('backup')
    .description('copy the board, running or not, into one file')
    .argument('<file>', 'the copy; an older one is replaced')
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
        `Users' secrets in it open with the key in ${keyFile} alone: keep a copy of that, elsewhere.\n`,
      );
    });
}
