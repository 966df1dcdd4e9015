/** `rgtp-nntp permanent copy`: moves the permanent data of remote boards between files and PostgreSQL. */
import { Command, Option } from 'commander';
import { Failure } from '../server/failure.ts';
import { copyPermanent, type StoreKind } from '../server/permanent-copy.ts';
import { type ConfigOption, configOption, configuration } from './configuration.ts';

interface CopyOptions extends ConfigOption {
  readonly from: StoreKind;
  readonly to: StoreKind;
}

const KINDS: readonly StoreKind[] = ['files', 'database'];

export function permanentCommand(): Command {
  return new Command('permanent')
    .description('permanent data of remote boards: Message-IDs, epochs, marks, accounts')
    .addCommand(
      new Command('copy')
        .description(
          'copy it between the files in data and the database that permanent names; the server must not be running',
        )
        .addOption(new Option('--from <place>', 'where it is now').choices(KINDS).makeOptionMandatory())
        .addOption(new Option('--to <place>', 'where to copy it').choices(KINDS).makeOptionMandatory())
        .addOption(configOption())
        .action(async (options: CopyOptions) => {
          if (options.from === options.to) {
            throw new Failure(`--from and --to are both ${options.to}`, undefined, { exitCode: 2 });
          }
          for (const { board, posts, intents, accounts, proofs, epochs } of await copyPermanent(
            configuration(options),
            options.from,
          )) {
            process.stdout.write(
              `${board}: copied ${posts} Message-IDs, ${intents} unfinished posts, ${epochs} epochs, ${accounts} accounts, ` +
                `${proofs} remembered logins; the rest was there\n`,
            );
          }
        }),
    );
}
