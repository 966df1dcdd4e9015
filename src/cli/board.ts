/** `rgtp-nntp board`: the embedded board as a service of its own, and its upkeep. */
import { Command } from 'commander';
import { BoardService } from '../server/board-service.ts';
import { boardGreeting } from '../server/greeting.ts';
import { backupCommand } from './board/backup.ts';
import { exportCommand } from './board/export.ts';
import { boardRestoreCommand } from './board/restore.ts';
import { boardUserCommand } from './board/user.ts';
import { verifyCommand } from './board/verify.ts';
import { type ConfigOption, configOption } from './configuration.ts';
import { runService } from './run-service.ts';
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
    .action((options: ConfigOption, command: Command) => {
      refuseUnknown(command);
      return runService(options, {
        start: BoardService.start,
        status: () => 'serving RGTP clients',
        greeting: boardGreeting,
      });
    });
}
