/** `rgtp-nntp serve`: the news server, and the embedded board if a board is embedded. */
import { Command } from 'commander';
import { openLog } from '../ops/log.ts';
import { type ConfigOption, configOption, configuration } from './configuration.ts';
import { closeInTime, untilTold } from './signals.ts';
import { makeFolders } from './wiring/folders.ts';
import { greeting, welcomeEditor } from './wiring/greeting.ts';
import { Service } from './wiring/service.ts';

export function serveCommand(): Command {
  return new Command('serve')
    .description('run the news server, and the embedded board if a board is embedded')
    .addOption(configOption())
    .action(async (options: ConfigOption) => {
      const config = configuration(options);
      const log = openLog(config.log);
      makeFolders(config);
      const service = await Service.start(config, log);
      const told = untilTold(async () => {
        try {
          await service.reload(configuration(options));
          log.info({}, 'configuration read again');
        } catch (error) {
          const reason = error instanceof Error ? error.message : String(error);
          log.error({ reason }, 'the new configuration is not used; the old one goes on');
        }
      });
      if (service.made !== undefined) process.stdout.write(welcomeEditor(service.made));
      process.stdout.write(greeting(service));
      log.info({ signal: await told }, 'ending');
      await closeInTime(() => service.close(), log);
    });
}
