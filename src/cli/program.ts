/** The command line: the source of `--help`, the man page and shell completion. */
import { Command } from 'commander';
import { versionLine } from '../server/version.ts';
import { backupAllCommand } from './backup.ts';
import { boardCommand } from './board.ts';
import { checkCommand } from './check.ts';
import { addCompletion } from './completion.ts';
import { doctorCommand } from './doctor.ts';
import { articleExportCommand } from './export.ts';
import { importCommand } from './import.ts';
import { permanentCommand } from './permanent.ts';
import { registerCommand } from './register.ts';
import { restoreCommand } from './restore.ts';
import { serveCommand } from './serve.ts';
import { syncCommand } from './sync.ts';
import { userCommand } from './user.ts';

export function program(): Command {
  const rgtp = new Command('rgtp-nntp')
    .description('Read and write GROGGS-style bulletin boards (RGTP) in any newsreader (NNTP).')
    .version(versionLine(), '-V, --version', 'show the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help for a command')
    .addHelpText(
      'after',
      `
Exit codes: 0 success, 1 failure, 2 wrong usage or configuration.
Every configuration key can also be set in the environment: RGTP_NNTP_LISTEN, RGTP_NNTP_DATA and so on.`,
    );
  const commands = [
    serveCommand(),
    boardCommand(),
    syncCommand(),
    checkCommand(),
    doctorCommand(),
    userCommand(),
    registerCommand(),
    importCommand(),
    articleExportCommand(),
    backupAllCommand(),
    restoreCommand(),
    permanentCommand(),
  ];
  for (const command of commands) rgtp.addCommand(command);
  addCompletion(rgtp);
  // run.ts turns what commander throws into the exit code.
  for (const command of withAllBelow(rgtp)) {
    command.exitOverride().showHelpAfterError('(rgtp-nntp --help lists the commands)').configureOutput({ outputError });
  }
  return rgtp;
}

function outputError(text: string, write: (text: string) => void): void {
  write(text.replace(/^error: /, 'rgtp-nntp: '));
}

function withAllBelow(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withAllBelow)];
}
