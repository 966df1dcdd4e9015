/** `rgtp-nntp doctor`: examines everything the server needs, and says what to do. */
import { Command } from 'commander';
import { examine } from '../server/doctor/examine.ts';
import { Failure } from '../server/failure.ts';
import { type ConfigOption, configOption, configuration } from './configuration.ts';
import { printFindings } from './findings.ts';

export function doctorCommand(): Command {
  return new Command('doctor')
    .description('examine ports, boards, certificate, mail server, clock, disk, backup and cache, and say what to do')
    .addOption(configOption())
    .action(async (options: ConfigOption) => {
      const failed = await printFindings(examine(configuration(options)));
      if (failed > 0) throw new Failure(`${failed} ${failed === 1 ? 'thing' : 'things'} to put right`);
    });
}
