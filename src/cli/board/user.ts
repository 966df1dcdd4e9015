/** `rgtp-nntp board user …`: the embedded board's users, without logging in to the board. */
import { Argument, Command, Option } from 'commander';
import {
  BoardUsers,
  type Chosen,
  type Level,
  type ListedUser,
  levels,
  type UserSecret,
} from '../../server/board-users.ts';
import { Failure } from '../../server/failure.ts';
import { type ConfigOption, configOption, configuration } from '../configuration.ts';
import { table } from '../table.ts';

interface UserOptions extends ConfigOption {
  readonly name?: string;
  readonly level?: Level;
  readonly json?: boolean;
}

export function boardUserCommand(): Command {
  return new Command('user')
    .description("the board's users")
    .addCommand(
      on('list', 'list all users', async (users, _, { json = false }) => {
        const all = await users.list();
        print(json ? `${JSON.stringify(all, undefined, 2)}\n` : tableOf(all));
      }).option('--json', 'print JSON, for programs'),
    )
    .addCommand(
      onUser('add', 'add a user, and print the secret', async (users, { userid, level = 'write' }) =>
        printSecret(await users.add({ userid, level })),
      ).addOption(levelOption('what the user may do').default('write')),
    )
    .addCommand(
      onAccount('secret', 'give a user a new secret, and print it', async (users, chosen) =>
        printSecret(await users.renewSecret(chosen)),
      ),
    )
    .addCommand(
      onAccount('approve', 'approve a registration, and mail the secret', async (users, chosen) => {
        const letter = await users.approve(chosen);
        print(`${chosen.userid} is approved.\n${letter === '' ? '' : `${letter}\n`}`);
      }),
    )
    .addCommand(
      onAccount('disable', 'lock a user out', async (users, chosen) => {
        await users.setDisabled(chosen, true);
        print(`${chosen.userid} is disabled.\n`);
      }),
    )
    .addCommand(
      onAccount('enable', 'let a disabled user in again', async (users, chosen) => {
        await users.setDisabled(chosen, false);
        print(`${chosen.userid} is enabled.\n`);
      }),
    )
    .addCommand(
      onAccount('remove', 'delete a user; what they wrote stays', async (users, chosen) => {
        await users.remove(chosen);
        print(`${chosen.userid} is removed.\n`);
      }),
    );
}

function on(
  name: string,
  description: string,
  task: (users: BoardUsers, args: readonly string[], options: UserOptions) => Promise<void>,
): Command {
  const command = new Command(name).description(description).addOption(configOption());
  return command.action(() => {
    const options = command.optsWithGlobals<UserOptions>();
    return task(new BoardUsers(configuration(options)), command.args, options);
  });
}

function onUser(
  name: string,
  description: string,
  task: (users: BoardUsers, chosen: Chosen) => Promise<void>,
): Command {
  const command = on(name, description, (users, [argument], { name: option, level }) => {
    const userid = option ?? argument;
    if (userid === undefined || (argument !== undefined && argument !== userid)) {
      throw new Failure('name one user', `rgtp-nntp board user ${name} <userid>`, { exitCode: 2 });
    }
    return task(users, { userid, level });
  });
  return command
    .addArgument(new Argument('[userid]', 'usually a mail address'))
    .option('--name <userid>', 'the userid, as an option');
}

/** For a command on an existing account. */
function onAccount(
  name: string,
  description: string,
  task: (users: BoardUsers, chosen: Chosen) => Promise<void>,
): Command {
  return onUser(name, description, task).addOption(levelOption('which account, if the user has several'));
}

function levelOption(description: string): Option {
  return new Option('--level <level>', description).choices(Object.keys(levels));
}

function tableOf(users: readonly ListedUser[]): string {
  return table(
    ['last used', 'level', 'state', 'proof', 'userid'],
    users.map(({ lastUsed, level, state, proof, userid }) => [lastUsed.slice(0, 10), level, state, proof, userid]),
  );
}

function printSecret({ userid, secret }: UserSecret): void {
  print(`userid  ${userid}\nsecret  ${secret}\n`);
}

function print(text: string): void {
  process.stdout.write(text);
}
