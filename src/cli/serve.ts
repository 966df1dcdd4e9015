/** `rgtp-nntp serve`: the news server, and the embedded board if a board is embedded. */
import { Command } from 'commander';
import { openLog } from '../ops/log.ts';
import { takeFolders } from '../server/folders.ts';
import { greeting, welcomeEditor } from '../server/greeting.ts';
import { Service } from '../server/service.ts';
import { type ConfigOption, configOption, configuration } from './configuration.ts';
import { logStrays } from './last-resort.ts';
import { closeInTime, untilTold } from './signals.ts';

export function serveCommand(): Command {
  return new Command('serve')
    .description('run the news server, and the embedded board if a board is embedded')
    .addOption(configOption())
    .action(async (options: ConfigOption) => {
      const config = configuration(options);
      const log = openLog(config.log);
      logStrays(log);
      using _taken = takeFolders(config);
      // Before anything is opened: a signal that comes while it starts must not cut it off.
      let service: Service | undefined;
      const told = untilTold(log, () => service?.reload(configuration(options)));
      const running = await Service.start(config, log);
      service = running;
      if (running.made !== undefined) process.stdout.write(welcomeEditor(running.made));
      process.stdout.write(greeting(running));
      log.info({ signal: await told }, 'ending');
      await closeInTime(() => running.close(), log);
    });
}
