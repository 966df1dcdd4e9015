/** `rgtp-nntp board user …`: the embedded board's user database, without a login. */
import { Argument, Command, Option } from 'commander';
import { Board, defaultTimeouts } from '../../board/board.ts';
import type { BoardStore } from '../../board/store.ts';
import type { UdbmRequest } from '../../board/udbm/request.ts';
import { parseUdbm, UdbmError } from '../../board/udbm/request.ts';
import { performUdbm } from '../../board/udbm/run.ts';
import type { Config } from '../../config/config.ts';
import { withBoardFile } from '../../server/board-file.ts';
import { Failure } from '../../server/failure.ts';
import { registrationOf } from '../../server/registration.ts';
import { silent } from '../../wire/log.ts';
import { type ConfigOption, configOption, configuration } from '../configuration.ts';

/** Who an entry of the audit log names for changes made here. */
const operator = 'rgtp-nntp';
const access = { read: 'read', post: 'write', edit: 'edit' } as const;

export function boardUserCommand(): Command {
  const command = new Command('user').description("the board's users");
  command.addCommand(
    on('list', 'show them all', async (config) => {
      process.stdout.write(await perform(config, '-l'));
    }),
  );
  const add = on('add', 'let somebody in, and print the secret', async (config, [userid = ''], { level = 'post' }) => {
    const who = `${userid}/${access[level]}`;
    await perform(config, `-c ${who} newsecret`);
    await showSecret(config, who);
  });
  const levels = new Option('--level <level>', 'what they may do').choices(Object.keys(access)).default('post');
  command.addCommand(withUserid(add).addOption(levels));
  command.addCommand(
    withUserid(
      on('secret', 'give somebody a new secret, and print it', async (config, [userid = '']) => {
        await perform(config, `-u ${userid} newsecret`);
        await showSecret(config, userid);
      }),
    ),
  );
  for (const [name, description, request] of [
    ['approve', 'approve a registration, and mail the secret', (userid: string) => `-u ${userid} approve`],
    ['disable', 'let somebody in no more', (userid: string) => `-u ${userid} disable`],
    ['enable', 'let them in again', (userid: string) => `-u ${userid} enable`],
    ['remove', 'forget somebody; what they wrote stays', (userid: string) => `-d ${userid}`],
  ] as const) {
    const change = on(name, description, async (config, [userid = '']) => {
      process.stdout.write(await perform(config, request(userid)));
    });
    command.addCommand(withUserid(change));
  }
  return command;
}

interface UserOptions extends ConfigOption {
  readonly level?: keyof typeof access;
}

function on(
  name: string,
  description: string,
  task: (config: Config, args: readonly string[], options: UserOptions) => Promise<void>,
): Command {
  const command = new Command(name).description(description).addOption(configOption());
  return command.action(async () => {
    const options = command.optsWithGlobals<UserOptions>();
    await task(configuration(options), command.args, options);
  });
}

function withUserid(command: Command): Command {
  return command.addArgument(new Argument('<userid>', 'who: usually a mail address'));
}

async function perform(config: Config, request: string): Promise<string> {
  try {
    const parsed: UdbmRequest = parseUdbm(request);
    return await withBoardFile(config, (store) => performUdbm(boardOf(store, config), operator, parsed));
  } catch (error) {
    if (error instanceof UdbmError) throw new Failure(error.message);
    throw error;
  }
}

function boardOf(store: BoardStore, config: Config): Board {
  return new Board({
    store,
    title: config.embedded.title,
    log: silent,
    timeouts: defaultTimeouts,
    proofDelay: 0,
    identify: undefined,
    registration: registrationOf(config).registration,
  });
}

/** @param who `userid` or `userid/access`, of an account that there is */
function showSecret(config: Config, who: string): Promise<void> {
  return withBoardFile(config, ({ users }) => {
    const request = parseUdbm(`-l ${who}`);
    const asked = request.kind === 'list' ? request.who : [];
    for (const { userid, level } of asked) {
      const account = users.levels(userid).find((one) => level === undefined || one.level === level);
      const secret = account?.secret?.toString('hex').toUpperCase() ?? 'none';
      process.stdout.write(`userid  ${userid}\nsecret  ${secret}\n`);
    }
  });
}
