/** `rgtp-nntp board restore FILE`: a copy made by `board backup` becomes the board. */
import { Command } from 'commander';
import { restoreEmbedded } from '../../server/restore.ts';
import { type ConfigOption, configOption, configuration } from '../configuration.ts';
import { reportRestored } from '../restore.ts';

interface RestoreOptions extends ConfigOption {
  readonly force?: boolean;
}

export function boardRestoreCommand(): Command {
  return new Command('restore')
    .description('replace the board by a copy from board backup; the server must not be running')
    .argument('<file>', 'the copy')
    .option('--force', 'move an existing board out of the way')
    .addOption(configOption())
    .action(async (file: string, _: RestoreOptions, command: Command) => {
      const options = command.optsWithGlobals<RestoreOptions>();
      reportRestored(await restoreEmbedded(configuration(options), file, { force: options.force ?? false }));
    });
}
