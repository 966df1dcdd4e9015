/** `rgtp-nntp check`: is the configuration right, and does each board let us in? */
import { Command } from 'commander';
import { formatAddress } from '../config/addresses.ts';
import { names } from '../config/names.ts';
import { type ConfigOption, configOption, configuration } from './configuration.ts';

export function checkCommand(): Command {
  return new Command('check')
    .description('validate the configuration and try the login of each board')
    .addOption(configOption())
    .action((options: ConfigOption) => {
      const config = configuration(options);
      const { stdout } = process;
      stdout.write(`ok    configuration ${options.config ?? '(defaults and environment)'}\n`);
      for (const board of config.boards) {
        const where = board.rgtp === 'embedded' ? 'embedded' : formatAddress(board.rgtp);
        stdout.write(`ok    ${names(board).newsgroup}: ${where}\n`);
      }
    });
}
