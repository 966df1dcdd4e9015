/** `rgtp-nntp board backup FILE`: a consistent copy of a board that may be running. */
import { Command } from 'commander';
import { backupEmbedded } from '../../server/backup.ts';
import { keptOf } from '../../server/kept.ts';
import { type ConfigOption, configOption, configuration } from '../configuration.ts';
import { Progress } from '../progress.ts';

interface BackupOptions extends ConfigOption {
  readonly force?: boolean;
}

export function backupCommand(): Command {
  return new Command('backup')
    .description('copy the board into one file, even while it runs')
    .argument('<file>', 'the copy')
    .option('--force', 'replace an existing file')
    .addOption(configOption())
    .action(async (file: string, _: BackupOptions, command: Command) => {
      const options = command.optsWithGlobals<BackupOptions>();
      const progress = new Progress();
      const config = configuration(options);
      const keyFile = await backupEmbedded(config, file, {
        kept: keptOf(config, options.config),
        force: options.force ?? false,
        onProgress: (what, { done, total }) => progress.show(what, done, total),
      }).finally(() => progress.end());
      process.stdout.write(`The board is copied to ${file}.\n`);
      process.stdout.write(
        `The users' secrets in it can be read only with the key in ${keyFile}: keep a copy of the key in another place.\n`,
      );
    });
}
