/** `rgtp-nntp user …`: local accounts, which log in with an ordinary password instead of the board's secret. */
import { Command } from 'commander';
import type { LocalAccounts } from '../bridge/login/local-accounts.ts';
import { withAccounts } from '../server/account-file.ts';
import { Failure } from '../server/failure.ts';
import { Questions } from './ask.ts';
import { boardNamed, type ConfigOption, configOption, configuration } from './configuration.ts';

interface UserOptions extends ConfigOption {
  readonly board?: string;
  readonly userid?: string;
  readonly grogname?: string;
}

export function userCommand(): Command {
  return new Command('user')
    .description('local accounts: log in with a password instead of the shared secret')
    .addCommand(
      on('add', 'add an account; asks for its password and for the shared secret', add)
        .argument('<name>', 'the name to log in with')
        .requiredOption('--userid <userid>', 'the userid on the board')
        .option('--grogname <grogname>', 'the grogname of every post (default: the display name of From)'),
    )
    .addCommand(on('list', 'list the accounts', list))
    .addCommand(on('password', "change an account's password", password).argument('<name>', 'which account'))
    .addCommand(on('remove', 'delete an account', remove).argument('<name>', 'which account'));
}

type Task = (accounts: LocalAccounts, options: UserOptions, name: string) => Promise<void>;

function on(name: string, description: string, task: Task): Command {
  const command = new Command(name)
    .description(description)
    .addOption(configOption())
    .option('--board <name>', 'on which board (default: the first)');
  return command.action(async () => {
    const options = command.optsWithGlobals<UserOptions>();
    const config = configuration(options);
    await withAccounts(config, boardNamed(config, options.board), (accounts) =>
      task(accounts, options, command.args[0] ?? ''),
    );
  });
}

const add: Task = async (accounts, { userid = '', grogname }, name) => {
  using questions = new Questions();
  const chosen = await newPassword(questions, 'Password (at least 8 characters)');
  const secret = await questions.askSecretly('Shared secret of the board (hex)');
  await accounts.add({ name, password: chosen, userid, secret, grogname });
  process.stdout.write(`${name} may log in now, as ${userid}.\n`);
};

/** Asks twice: nobody sees what they type. */
async function newPassword(questions: Questions, question: string): Promise<string> {
  const chosen = await questions.askSecretly(question);
  if ((await questions.askSecretly('The same again')) === chosen) return chosen;
  throw new Failure('the two passwords differ: nothing was changed');
}

const list: Task = async (accounts) => {
  for (const { name, userid, grogname } of await accounts.list()) {
    process.stdout.write(`${name}  ${userid}${grogname === undefined ? '' : `  (${grogname})`}\n`);
  }
};

const password: Task = async (accounts, _, name) => {
  using questions = new Questions();
  await accounts.setPassword(name, await newPassword(questions, 'New password (at least 8 characters)'));
  process.stdout.write(`${name} has a new password.\n`);
};

const remove: Task = async (accounts, _, name) => {
  if (!(await accounts.remove(name))) throw new Failure(`there is no account "${name}"`);
  process.stdout.write(`${name} is removed.\n`);
};
