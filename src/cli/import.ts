/** `rgtp-nntp import SPOOL`: fills the embedded board from the data directory of a groggsd. */
import { Command } from 'commander';
import { type Imported, importBoard } from '../server/board-import.ts';
import { type ConfigOption, configOption, configuration } from './configuration.ts';
import { Progress } from './progress.ts';

export function importCommand(): Command {
  return new Command('import')
    .description('fill the embedded board from a groggsd data directory')
    .argument('<spool>', 'the directory that has the files index and sequence')
    .addOption(configOption())
    .action(async (spool: string, options: ConfigOption) => {
      const progress = new Progress();
      try {
        const imported = await importBoard(configuration(options), spool, ({ phase, done, total }) =>
          progress.show(phase, done, total),
        );
        progress.end();
        report(imported);
      } finally {
        progress.end();
      }
    });
}

function report({ path, rows, items, users, edits, diffs, motd, skipped, nextSequence }: Imported): void {
  process.stdout.write(`Imported into ${path}:
  ${rows} index rows, ${items} items, ${users} users, ${edits} entries of the edit log, ${diffs} diffs
  message of the day: ${motd ? 'yes' : 'none'}; the next change gets sequence number ${nextSequence}
  skipped: ${skipped.length === 0 ? 'nothing' : skipped.length}
`);
  for (const { file, reason } of skipped) process.stdout.write(`    ${file}: ${reason}\n`);
}
