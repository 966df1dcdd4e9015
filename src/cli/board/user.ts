/** `rgtp-nntp board user …`: the embedded board's users, without logging in to the board. */
import { Argument, Command, Option } from 'commander';
import { type Access, accesses, BoardUsers, type UserSecret } from '../../server/board-users.ts';
import { type ConfigOption, configOption, configuration } from '../configuration.ts';

export function boardUserCommand(): Command {
  const levels = new Option('--level <level>', 'what the user may do').choices(Object.keys(accesses)).default('post');
  return new Command('user')
    .description("the board's users")
    .addCommand(on('list', 'list all users', async (users) => print(await users.list())))
    .addCommand(
      onUser('add', 'add a user, and print the secret', async (users, userid, { level = 'post' }) =>
        printSecrets(await users.add(userid, level)),
      ).addOption(levels),
    )
    .addCommand(
      onUser('secret', 'give a user a new secret, and print it', async (users, userid) =>
        printSecrets(await users.renewSecret(userid)),
      ),
    )
    .addCommand(change('approve', 'approve a registration, and mail the secret'))
    .addCommand(change('disable', 'lock a user out'))
    .addCommand(change('enable', 'let a disabled user in again'))
    .addCommand(
      onUser('remove', 'delete a user; what they wrote stays', async (users, userid) =>
        print(await users.remove(userid)),
      ),
    );
}

interface UserOptions extends ConfigOption {
  readonly level?: Access;
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
  task: (users: BoardUsers, userid: string, options: UserOptions) => Promise<void>,
): Command {
  const command = on(name, description, (users, [userid = ''], options) => task(users, userid, options));
  return command.addArgument(new Argument('<userid>', 'usually a mail address'));
}

function change(name: 'approve' | 'disable' | 'enable', description: string): Command {
  return onUser(name, description, async (users, userid) => print(await users.change(userid, name)));
}

function printSecrets(secrets: readonly UserSecret[]): void {
  for (const { userid, secret } of secrets) print(`userid  ${userid}\nsecret  ${secret}\n`);
}

function print(text: string): void {
  process.stdout.write(text);
}
