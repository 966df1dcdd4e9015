/** `rgtp-nntp restore FOLDER`: restores everything that `backup` saved. */
import { Command } from 'commander';
import { type Restored, restoreAll } from '../server/restore.ts';
import { type ConfigOption, configOption, configuration } from './configuration.ts';

interface RestoreOptions extends ConfigOption {
  readonly force?: boolean;
}

export function restoreCommand(): Command {
  return new Command('restore')
    .description('restore everything that backup saved; the server must not be running')
    .argument('<folder>', 'the backup')
    .option('--force', 'move existing files out of the way')
    .addOption(configOption())
    .action(async (folder: string, options: RestoreOptions) => {
      reportRestored(await restoreAll(configuration(options), folder, { force: options.force ?? false }));
    });
}

export function reportRestored({ files, replaced, forgetful }: Restored): void {
  for (const file of files) process.stdout.write(`restored ${file}\n`);
  for (const folder of replaced) process.stdout.write(`what was there before is in ${folder}\n`);
  for (const file of forgetful) {
    process.stdout.write(
      `${file} does not know which article numbers were shown since the backup: newsreaders that saw them may treat new articles as read\n`,
    );
  }
}
