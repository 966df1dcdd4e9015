/** `rgtp-nntp export`: a board's articles as an mbox or a Maildir. */
import { Command, Option } from 'commander';
import { archiveArticles } from '../server/archive/archive.ts';
import { Failure } from '../server/failure.ts';
import { keptOf } from '../server/kept.ts';
import { boardNamed, type ConfigOption, configOption, configuration } from './configuration.ts';
import { interruption, taskLog } from './long-task.ts';
import { Progress } from './progress.ts';

interface ExportOptions extends ConfigOption {
  readonly mbox?: string;
  readonly maildir?: string;
  readonly board?: string;
  readonly force?: boolean;
}

export function articleExportCommand(): Command {
  return new Command('export')
    .description("write a board's articles into an archive, even while the server runs")
    .addOption(new Option('--mbox <file>', 'a new file in mboxrd format').conflicts('maildir'))
    .option('--maildir <folder>', 'a new folder')
    .option('--board <name>', 'which board (default: the first)')
    .option('--force', 'replace an existing archive')
    .addOption(configOption())
    .action(async ({ mbox, maildir, board: name, force = false, ...options }: ExportOptions) => {
      const path = mbox ?? maildir;
      if (path === undefined) {
        throw new Failure('no target', 'Name a file with --mbox, or a folder with --maildir.', { exitCode: 2 });
      }
      const config = configuration(options);
      const progress = new Progress();
      try {
        const { count, missing, unread } = await archiveArticles(
          config,
          boardNamed(config, name),
          { kind: mbox === undefined ? 'maildir' : 'mbox', path, force, kept: keptOf(config, options.config) },
          {
            log: taskLog(config),
            signal: interruption(),
            onProgress: (phase, done, total) => progress.show(phase, done, total),
          },
        );
        progress.end();
        process.stdout.write(`Wrote ${count} articles to ${path}.\n`);
        if (missing === 0) return;
        process.stdout.write(`Left out, because the board does not give their text: ${missing}\n`);
        for (const line of unread) process.stdout.write(`  ${line}\n`);
      } finally {
        progress.end();
      }
    });
}
