/** `rgtp-nntp serve`: the news server, with the embedded board if one is configured. */
import { Command } from 'commander';
import { statusLine } from '../ops/status-line.ts';
import { greeting } from '../server/greeting.ts';
import { Service } from '../server/service.ts';
import { type ConfigOption, configOption } from './configuration.ts';
import { runService } from './run-service.ts';

export function serveCommand(): Command {
  return new Command('serve')
    .description('run the news server, and the embedded board if one is configured')
    .addOption(configOption())
    .action((options: ConfigOption) =>
      runService(options, {
        start: Service.start,
        status: ({ parts }) => statusLine(parts.status()),
        greeting,
        settled: (service) => service.settled(),
      }),
    );
}
