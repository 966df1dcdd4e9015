/** `rgtp-nntp board`: the embedded board without the bridge, for RGTP clients; and its upkeep. */
import { Command } from 'commander';
import { openLog } from '../ops/log.ts';
import { openEmbeddedBoard } from '../server/embedded-board.ts';
import { Failure } from '../server/failure.ts';
import { takeFolders } from '../server/folders.ts';
import { welcomeEditor } from '../server/greeting.ts';
import { logStrays } from '../server/last-resort.ts';
import { closed, untilTold } from '../server/signals.ts';
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
    .description('run the embedded board without the bridge, for RGTP clients; maintain it')
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
      if (config.embedded.listen === undefined) {
        throw new Failure('embedded.listen is off: without the bridge, nothing could reach the board', undefined, {
          exitCode: 2,
        });
      }
      const log = openLog(config.log);
      logStrays(log);
      using _taken = takeFolders(config);
      const { server, made } = await openEmbeddedBoard(config, log);
      const told = untilTold(log, () => log.setLevel(configuration(options).log.level));
      const { host, port } = server.address;
      if (made !== undefined && announce(welcomeEditor(made, process.stdout.isTTY, options.config))) made.seen();
      announce(`Listening for RGTP clients on ${host} port ${port}.\n`);
      log.info({ signal: await told }, 'ending');
      await closed(() => server.close());
    });
}
