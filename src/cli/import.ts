/** `rgtp-nntp import SPOOL`: fills the embedded board from the data directory of a groggsd. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { BoardNotEmptyError, type ImportSummary, importSpool } from '../board/spool/import.ts';
import { BoardStore } from '../board/store.ts';
import { pathsOf } from '../config/paths.ts';
import { embeddedBoardOf } from '../server/embedded-board.ts';
import { Failure } from '../server/failure.ts';
import { takeFolders } from '../server/folders.ts';
import { type ConfigOption, configOption, configuration } from './configuration.ts';
import { Progress } from './progress.ts';

export function importCommand(): Command {
  return new Command('import')
    .description('fill the embedded board from a groggsd data directory')
    .argument('<spool>', 'that directory: the one with the files index and sequence')
    .addOption(configOption())
    .action(async (spool: string, options: ConfigOption) => {
      if (!existsSync(join(spool, 'index'))) {
        throw new Failure(`${spool} is no groggsd data directory: it has no file index`, undefined, { exitCode: 2 });
      }
      const config = configuration(options);
      const paths = pathsOf(config, embeddedBoardOf(config));
      using _taken = takeFolders(config);
      const store = BoardStore.open(paths.board, { keyFile: paths.boardKey });
      const progress = new Progress();
      try {
        const summary = await importSpool(spool, store, {
          onProgress: ({ phase, done, total }) => progress.show(phase, done, total),
        });
        progress.end();
        report(summary, paths.board);
      } catch (error) {
        progress.end();
        if (!(error instanceof BoardNotEmptyError)) throw error;
        throw new Failure(error.message, 'Import before the first start, or move the old board out of the way.');
      } finally {
        store.close();
      }
    });
}

function report(summary: ImportSummary, path: string): void {
  const { rows, items, users, edits, diffs, motd, skipped } = summary;
  process.stdout.write(`Imported into ${path}:
  ${rows} index rows, ${items} items, ${users} users, ${edits} entries of the edit log, ${diffs} diffs
  message of the day: ${motd ? 'yes' : 'none'}; the next change gets sequence number ${summary.nextSequence}
  passed over: ${skipped.length === 0 ? 'nothing' : skipped.length}
`);
  for (const { file, reason } of skipped) process.stdout.write(`    ${file}: ${reason}\n`);
}
