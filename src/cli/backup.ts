/** `rgtp-nntp backup FOLDER`: everything that must be kept. */
import { Command } from 'commander';
import { backupAll } from '../server/backup.ts';
import { type ConfigOption, configOption, configuration } from './configuration.ts';
import { Progress } from './progress.ts';

interface BackupOptions extends ConfigOption {
  readonly force?: boolean;
}

export function backupAllCommand(): Command {
  return new Command('backup')
    .description('save everything that must be kept, even while the server runs')
    .argument('<folder>', 'an empty or new folder')
    .option('--force', 'replace an older backup')
    .addOption(configOption())
    .action(async (folder: string, options: BackupOptions) => {
      const progress = new Progress();
      const { files } = await backupAll(configuration(options), folder, {
        force: options.force ?? false,
        onProgress: (what, { done, total }) => progress.show(what, done, total),
      }).finally(() => progress.end());
      for (const { file, octets } of files) process.stdout.write(`saved ${file} (${octets} octets)\n`);
      process.stdout.write(`The backup is in ${folder}. It holds keys and secrets: keep it private.\n`);
    });
}
