/** `rgtp-nntp serve`: the news server, with the embedded board if one is configured. */
import { Command } from 'commander';
import { openLog } from '../ops/log.ts';
import { statusLine } from '../ops/status-line.ts';
import { takeFolders } from '../server/folders.ts';
import { greeting, welcomeEditor } from '../server/greeting.ts';
import { logStrays } from '../server/last-resort.ts';
import { checkLocally } from '../server/local-check.ts';
import { Service } from '../server/service.ts';
import { closed, untilTold } from '../server/signals.ts';
import { Systemd } from '../server/systemd.ts';
import { type ConfigOption, configOption, configuration } from './configuration.ts';
import { announce } from './output.ts';

export function serveCommand(): Command {
  return new Command('serve')
    .description('run the news server, and the embedded board if one is configured')
    .addOption(configOption())
    .action(async (options: ConfigOption) => {
      const config = configuration(options);
      const log = openLog(config.log);
      logStrays(log);
      checkLocally(config);
      using _taken = takeFolders(config);
      // Install the handlers first, so that a signal does not kill a start half-way.
      let service: Service | undefined;
      using systemd = new Systemd({ log, status: () => (service ? statusLine(service.parts.status()) : 'starting') });
      const told = untilTold(log, systemd, () => service?.reload(configuration(options)));
      const running = await Service.start(config, log);
      service = running;
      const { made } = running.parts;
      if (made !== undefined && announce(welcomeEditor(made, process.stdout.isTTY, options.config))) made.seen();
      announce(greeting(running));
      await Promise.race([running.settled(), told]);
      systemd.ready();
      log.info({ signal: await told }, 'ending');
      await closed(() => running.close());
    });
}
