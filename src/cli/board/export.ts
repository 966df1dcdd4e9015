/** `rgtp-nntp board export FOLDER`: writes a groggsd data directory. */
import { existsSync, readdirSync } from 'node:fs';
import { Command } from 'commander';
import { exportSpool } from '../../board/spool/export.ts';
import { withBoardFile } from '../../server/board-file.ts';
import { Failure } from '../../server/failure.ts';
import { keptOf } from '../../server/kept.ts';
import { storeErrorFrom } from '../../store/errors.ts';
import { type Kept, safeFolder, TargetError } from '../../store/target.ts';
import { type ConfigOption, configOption, configuration } from '../configuration.ts';

export function exportCommand(): Command {
  return new Command('export')
    .description('write the board as a groggsd data directory')
    .argument('<folder>', 'an empty or new folder')
    .addOption(configOption())
    .action(async (folder: string, _: ConfigOption, command: Command) => {
      if (existsSync(folder) && readdirSync(folder).length > 0) throw new Failure(`the folder ${folder} is not empty`);
      const options = command.optsWithGlobals<ConfigOption>();
      const config = configuration(options);
      await refuseOwnFolders(folder, keptOf(config, options.config));
      const { rows, items, users, diffs } = await withBoardFile(config, (store) =>
        exportSpool(folder, store).catch((error: unknown) => {
          // The board's own errors name their file.
          throw error instanceof Error && 'syscall' in error ? storeErrorFrom(error, folder) : error;
        }),
      );
      process.stdout.write(
        `Wrote ${rows} index rows, ${items} items, ${users} users and ${diffs} diffs to ${folder}.\n`,
      );
      process.stdout.write("It contains the users' secrets unencrypted: keep it private.\n");
    });
}

async function refuseOwnFolders(folder: string, kept: Kept): Promise<void> {
  try {
    await safeFolder(folder, kept);
  } catch (error) {
    throw error instanceof TargetError ? new Failure(error.message, error.remedy) : error;
  }
}
