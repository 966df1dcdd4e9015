/** `rgtp-nntp doctor`: looks at everything the server needs, and says what to do. */
import { Command } from 'commander';
import { Failure } from '../server/failure.ts';
import { type ConfigOption, configOption, configuration } from './configuration.ts';
import { examineBoard } from './doctor/boards.ts';
import { examineCertificate } from './doctor/certificate.ts';
import type { Finding } from './doctor/finding.ts';
import { examinePorts } from './doctor/ports.ts';
import { examineStores } from './doctor/stores.ts';
import { examineSystem } from './doctor/system.ts';

export function doctorCommand(): Command {
  return new Command('doctor')
    .description('look at ports, boards, certificate, disk and cache, and say what to do')
    .addOption(configOption())
    .action(async (options: ConfigOption) => {
      const config = configuration(options);
      const examinations = [
        () => examineSystem(config),
        () => examineStores(config),
        () => examineCertificate(config),
        () => examinePorts(config),
        ...config.boards.map((board) => () => examineBoard(board)),
      ];
      let failed = 0;
      for (const examine of examinations) {
        for await (const finding of examine()) {
          process.stdout.write(line(finding));
          if (finding.result === 'fail') failed++;
        }
      }
      if (failed > 0) throw new Failure(`${failed} ${failed === 1 ? 'thing' : 'things'} to put right`);
    });
}

function line({ result, what, remedy }: Finding): string {
  return `${result.padEnd(4)}  ${what}\n${remedy === undefined ? '' : `      → ${remedy}\n`}`;
}
