/** `rgtp-nntp check`: is the configuration valid, and does each board accept our login? */
import { Command } from 'commander';
import { tryLogins } from '../server/doctor/login.ts';
import { Failure } from '../server/failure.ts';
import { type ConfigOption, configOption, configuration } from './configuration.ts';
import { printFindings } from './findings.ts';

export function checkCommand(): Command {
  return new Command('check')
    .description('validate the configuration and its files, and try the login at each board')
    .addOption(configOption())
    .action(async (options: ConfigOption) => {
      const config = configuration(options);
      process.stdout.write(`ok    configuration: ${options.config ?? 'defaults and environment'}\n`);
      const failed = await printFindings(tryLogins(config));
      if (failed > 0) throw new Failure(`${failed} ${failed === 1 ? 'thing' : 'things'} to put right`);
    });
}
