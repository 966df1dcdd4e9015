/** `rgtp-nntp sync`: fetches all boards completely, once. */
import { Command } from 'commander';
import { RgtpError } from '../rgtp/errors.ts';
import { Failure } from '../server/failure.ts';
import { takeFolders } from '../server/folders.ts';
import { Following } from '../server/following.ts';
import { type ConfigOption, configOption, configuration, tellNewData } from './configuration.ts';
import { taskLog } from './long-task.ts';
import { Progress } from './progress.ts';

export function syncCommand(): Command {
  return new Command('sync')
    .description('fetch all boards completely, then exit')
    .addOption(configOption())
    .action(async (options: ConfigOption) => {
      const config = configuration(options);
      tellNewData(config);
      const log = taskLog(config);
      using _taken = takeFolders(config);
      const failed: string[] = [];
      for (const board of config.boards) {
        const { name } = board;
        const following = await Following.open(config, board, log);
        try {
          await fetchAll(name, following);
        } catch (error) {
          if (!(error instanceof RgtpError)) throw error;
          process.stderr.write(`${name}: ${error.message}\n`);
          failed.push(name);
        } finally {
          await following.close();
        }
      }
      if (failed.length > 0)
        throw new Failure(`not fetched completely: ${failed.join(', ')}`, 'rgtp-nntp doctor can find the reason.');
    });
}

async function fetchAll(name: string, { mirror }: Following): Promise<void> {
  const progress = new Progress();
  const timer = setInterval(() => {
    const { phase, items } = mirror.progress;
    if (phase === 'items') progress.show(name, items.held + items.missing, items.total);
    else progress.show(`${name}: index`, mirror.posts.length, 0);
  }, 100);
  try {
    await mirror.complete();
    const { items, posts, sequence } = mirror.progress;
    progress.show(name, items.total, items.total);
    progress.end();
    const missing = items.missing === 0 ? '' : `, ${items.missing} items without text`;
    process.stdout.write(
      `${name}: ${posts} posts in ${items.total} items, newest sequence number ${sequence ?? 0}${missing}\n`,
    );
  } finally {
    clearInterval(timer);
    progress.end();
  }
}
