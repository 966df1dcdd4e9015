/** `rgtp-nntp board`: the embedded board as a service of its own, and its upkeep. */
import { Command } from 'commander';
import { openLog } from '../ops/log.ts';
import { BoardService } from '../server/board-service.ts';
import { takeFolders } from '../server/folders.ts';
import { boardGreeting, welcomeEditor } from '../server/greeting.ts';
import { logStrays } from '../server/last-resort.ts';
import { checkLocally } from '../server/local-check.ts';
import { closed, untilTold } from '../server/signals.ts';
import { Systemd } from '../server/systemd.ts';
import { backupCommand } from './board/backup.ts';
import { exportCommand } from './board/export.ts';
import { boardRestoreCommand } from './board/restore.ts';
import { boardUserCommand } from './board/user.ts';
import { verifyCommand } from './board/verify.ts';
import { type ConfigOption, configOption, configuration } from './configuration.ts';
import { announce } from './output.ts';
import { refuseUnknown } from './unknown.ts';

export function boardCommand(): Command {
  return new Command('board')
    .description('run the embedded board alone, for RGTP clients and bridges on other machines, or maintain it')
    .addOption(configOption())
    .addCommand(backupCommand())
    .addCommand(boardRestoreCommand())
    .addCommand(verifyCommand())
    .addCommand(exportCommand())
    .addCommand(boardUserCommand())
    .allowExcessArguments()
    .action(async (options: ConfigOption, command: Command) => {
      refuseUnknown(command);
      const config = configuration(options);
      const log = openLog(config.log);
      logStrays(log);
      checkLocally(config);
      using _taken = takeFolders(config);
      // Install the handlers first, so that a signal does not kill a start half-way.
      let service: BoardService | undefined;
      using systemd = new Systemd({ log, status: () => (service ? 'serving RGTP clients' : 'starting') });
      const told = untilTold(log, systemd, () => service?.reload(configuration(options)));
      const running = await BoardService.start(config, log);
      service = running;
      const { made } = running.parts;
      if (made !== undefined && announce(welcomeEditor(made, process.stdout.isTTY, options.config))) made.seen();
      announce(boardGreeting(running));
      systemd.ready();
      log.info({ signal: await told }, 'ending');
      await closed(() => running.close());
    });
}
