/** `rgtp-nntp import SOURCE`: fills the embedded board from a groggsd data directory, or from a running board. */
import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { type Address, parseAddress } from '../config/addresses.ts';
import type { Config } from '../config/config.ts';
import { parseSecret } from '../rgtp/proof.ts';
import { copyLiveBoard, importBoard } from '../server/board-import.ts';
import { Failure } from '../server/failure.ts';
import { fileContent } from '../server/file-content.ts';
import { Questions } from './ask.ts';
import { type ConfigOption, configOption, configuration } from './configuration.ts';
import { interruption } from './long-task.ts';
import { Progress } from './progress.ts';

interface ImportOptions extends ConfigOption {
  readonly user?: string;
  readonly secretFile?: string;
  readonly ca?: string;
}

export function importCommand(): Command {
  return new Command('import')
    .description('fill the embedded board from a groggsd data directory or a running board')
    .argument('<source>', 'the directory with the files index and sequence, or rgtp://host:port (or rgtps://)')
    .option('--user <userid>', 'the user who reads that board (default: guest); asks for the secret')
    .option('--secret-file <file>', "file that contains that user's secret in hex")
    .option('--ca <file>', 'PEM file with the authorities that may certify an rgtps board')
    .addOption(configOption())
    .action(async (source: string, options: ImportOptions) => {
      const config = configuration(options);
      const address = addressIn(source);
      const progress = new Progress();
      try {
        if (address === undefined) await fromSpool(config, source, options, progress);
        else await fromBoard(config, address, options, progress);
      } finally {
        progress.end();
      }
    });
}

/** `undefined`: the source is a folder. @throws Failure */
function addressIn(source: string): Address<'rgtp' | 'rgtps'> | undefined {
  if (existsSync(source) || !source.includes('://')) return undefined;
  const address = parseAddress(source, ['rgtp', 'rgtps']);
  if (address !== undefined) return address;
  throw new Failure(`${source} is not the address of a board`, 'It looks like rgtp://board.example.org:1431.', {
    exitCode: 2,
  });
}

async function fromSpool(config: Config, spool: string, options: ImportOptions, progress: Progress): Promise<void> {
  const { user, secretFile, ca } = options;
  if ([user, secretFile, ca].some((one) => one !== undefined)) {
    throw new Failure('--user, --secret-file and --ca are for boards that run: rgtp://host:port', undefined, {
      exitCode: 2,
    });
  }
  const imported = await importBoard(config, spool, ({ phase, done, total }) => progress.show(phase, done, total));
  progress.end();
  const { path, rows, items, users, edits, diffs, motd, skipped, nextSequence } = imported;
  print(`Imported into ${path}:
  ${rows} index rows, ${items} items, ${users} users, ${edits} entries of the edit log, ${diffs} diffs
  message of the day: ${motd ? 'yes' : 'none'}; the next change gets sequence number ${nextSequence}
`);
  printSkipped(skipped);
}

async function fromBoard(
  config: Config,
  address: Address<'rgtp' | 'rgtps'>,
  { user, secretFile, ca }: ImportOptions,
  progress: Progress,
): Promise<void> {
  const secret = await secretOf(user, secretFile);
  const copied = await copyLiveBoard(
    config,
    { address, user, secret, ca },
    { signal: interruption(), onProgress: ({ phase, done, total }) => progress.show(phase, done, total) },
  );
  progress.end();
  const { path, resumed, rows, items, edits, diffs, motd, missing, skipped, unnamed, remarks, nextSequence } = copied;
  print(`Imported into ${path}${resumed ? ', where an interrupted import had begun' : ''}:
  ${rows} index rows, ${items} items, ${edits} entries of the edit log, diffs of ${diffs} edited items
  message of the day: ${motd ? 'yes' : 'none'}; the next change gets sequence number ${nextSequence}
`);
  if (missing > 0) print(`  items in the index whose text this board does not have: ${missing}\n`);
  printSkipped(skipped, unnamed);
  for (const remark of remarks) print(`  ${remark}\n`);
  print(
    '  users: none, because no board reveals them. The first start makes an editor; rgtp-nntp board user add adds people.\n',
  );
}

/** @throws Failure */
async function secretOf(user: string | undefined, file: string | undefined): Promise<Buffer | undefined> {
  if (user === undefined) {
    if (file === undefined) return undefined;
    throw new Failure('--secret-file needs --user', undefined, { exitCode: 2 });
  }
  const typed = file === undefined ? await askSecretOf(user) : fileContent(file, `the secret of ${user}`);
  const secret = parseSecret(typed);
  if (secret !== undefined && secret.length > 0) return secret;
  throw new Failure(`the secret of ${user} is not hexadecimal`, 'It is pairs of hex digits; blanks are allowed.', {
    exitCode: 2,
  });
}

async function askSecretOf(user: string): Promise<string> {
  using questions = new Questions();
  return await questions.askSecretly(`Secret of ${user} on that board`);
}

/** @param unnamed how many more there are */
function printSkipped(skipped: readonly { readonly file: string; readonly reason: string }[], unnamed = 0): void {
  const count = skipped.length + unnamed;
  print(`  skipped: ${count === 0 ? 'nothing' : count}\n`);
  for (const { file, reason } of skipped) print(`    ${file}: ${reason}\n`);
  if (unnamed > 0) print(`    … and ${unnamed} more\n`);
}

function print(text: string): void {
  process.stdout.write(text);
}
