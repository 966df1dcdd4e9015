/**
 * `rgtp-nntp user …`: local accounts, which log in with an ordinary password instead of the board's secret. Accounts
 * of the same name on several boards are one login, so they have one password.
 */
import { existsSync } from 'node:fs';
import { Command } from 'commander';
import type { LocalAccounts } from '../bridge/login/local-accounts.ts';
import type { BoardConfig, Config } from '../config/config.ts';
import { pathsOf } from '../config/paths.ts';
import { withAccounts } from '../server/account-file.ts';
import { Failure } from '../server/failure.ts';
import { isInDatabase } from '../server/lost-files.ts';
import type { Permanent } from '../store/permanent.ts';
import { Questions } from './ask.ts';
import { boardNamed, type ConfigOption, configOption, configuration, tellNewData } from './configuration.ts';
import { table } from './table.ts';

interface UserOptions extends ConfigOption {
  readonly board?: string;
  readonly userid?: string;
  readonly grogname?: string;
  readonly json?: boolean;
}

export function userCommand(): Command {
  return new Command('user')
    .description('local accounts: log in with a password instead of the shared secret')
    .addCommand(
      on('add', 'add an account; asks for its password and for the shared secret', 'the first', add)
        .argument('<name>', 'the name to log in with')
        .requiredOption('--userid <userid>', 'the userid on the board')
        .option('--grogname <grogname>', 'the grogname of every post (default: the display name of From)')
        .addHelpText('after', '\nAn account of the same name on several boards is one login for all of them.'),
    )
    .addCommand(on('list', 'list the accounts', 'all', list).option('--json', 'print JSON, for programs'))
    .addCommand(on('password', "change an account's password", 'all', password).argument('<name>', 'which account'))
    .addCommand(on('remove', 'delete an account', 'all', remove).argument('<name>', 'which account'))
    .addCommand(
      on(
        'forget',
        'forget a login that a board accepted, so that it no longer works while the board is away',
        'all',
        forget,
      ).argument('<userid>', 'the userid on the board'),
    );
}

type Task = (config: Config, options: UserOptions, name: string) => Promise<void>;

function on(name: string, description: string, boards: 'all' | 'the first', task: Task): Command {
  const command = new Command(name)
    .description(description)
    .addOption(configOption())
    .option('--board <name>', `on which board (default: ${boards})`);
  return command.action(async () => {
    const options = command.optsWithGlobals<UserOptions>();
    const config = configuration(options);
    tellNewData(config);
    await task(config, options, command.args[0] ?? '');
  });
}

const add: Task = async (config, { board: wanted, userid = '', grogname }, name) => {
  const board = boardNamed(config, wanted);
  using questions = new Questions();
  await withAccounts(config, board, async (accounts) => {
    const chosen = await newPassword(questions, 'Password (at least 8 characters)');
    const other = await withAnotherPassword(config, board, name, chosen);
    if (other !== undefined) {
      const advice = `give the one it has on ${other.name}: one login serves all boards that have an account of its name`;
      throw new Failure(`${name} has another password on the board ${other.name}`, advice);
    }
    const secret = await questions.askSecretly(`Shared secret of the board ${board.name} (hex)`);
    await accounts.add({ name, password: chosen, userid, secret, grogname });
  });
  process.stdout.write(`${name} may log in now, as ${userid}.\n`);
};

/** Another board that has an account of this name with another password. */
async function withAnotherPassword(
  config: Config,
  board: BoardConfig,
  name: string,
  chosen: string,
): Promise<BoardConfig | undefined> {
  for (const other of boardsWithAccounts(config)) {
    if (other === board) continue;
    let differs = false;
    await withAccounts(config, other, async (accounts) => {
      differs = (await accounts.has(name)) && (await accounts.open(name, chosen)) === undefined;
    });
    if (differs) return other;
  }
  return undefined;
}

/** Asks twice, since nothing typed is shown. */
async function newPassword(questions: Questions, question: string): Promise<string> {
  const chosen = await questions.askSecretly(question);
  if ((await questions.askSecretly('The same again')) === chosen) return chosen;
  throw new Failure('the two passwords differ: nothing was changed');
}

const list: Task = async (config, options) => {
  const all: { board: string; name: string; userid: string; grogname?: string | undefined }[] = [];
  await onBoards(config, options, async (accounts, board) => {
    for (const account of await accounts.list()) all.push({ board: board.name, ...account });
    return true;
  });
  const rows = all.map(({ board, name, userid, grogname = '' }) => [board, name, userid, grogname]);
  const header = ['board', 'name', 'userid', 'grogname'];
  process.stdout.write(options.json ? `${JSON.stringify(all, undefined, 2)}\n` : table(header, rows));
};

const password: Task = async (config, options, name) => {
  using questions = new Questions();
  const chosen = await newPassword(questions, 'New password (at least 8 characters)');
  const changed = await onBoards(config, options, async (accounts) => {
    const isThere = await accounts.has(name);
    if (isThere) await accounts.setPassword(name, chosen);
    return isThere;
  });
  if (!changed) throw new Failure(`there is no account "${name}"`);
  process.stdout.write(`${name} has a new password.\n`);
};

const remove: Task = async (config, options, name) => {
  if (!(await onBoards(config, options, (accounts) => accounts.remove(name)))) {
    throw new Failure(`there is no account "${name}"`);
  }
  process.stdout.write(`${name} is removed.\n`);
};

const forget: Task = async (config, options, userid) => {
  const forgot = await onBoards(config, options, (_, __, permanent) => permanent.removeProof(userid.toLowerCase()));
  if (!forgot) throw new Failure(`no login of "${userid}" is remembered`);
  process.stdout.write(`The login of ${userid} is forgotten, until the board accepts it again.\n`);
};

/** Runs the task on the board named, or on each that has accounts. Returns whether it succeeded on any. */
async function onBoards(
  config: Config,
  { board }: UserOptions,
  task: (accounts: LocalAccounts, board: BoardConfig, permanent: Permanent) => Promise<boolean>,
): Promise<boolean> {
  const known = board === undefined ? boardsWithAccounts(config) : [];
  let done = false;
  for (const each of known.length > 0 ? known : [boardNamed(config, board)]) {
    await withAccounts(config, each, async (accounts, permanent) => {
      if (await task(accounts, each, permanent)) done = true;
    });
  }
  return done;
}

/** Boards that may have accounts already. */
function boardsWithAccounts(config: Config): BoardConfig[] {
  return config.boards.filter((board) => isInDatabase(config, board) || existsSync(pathsOf(config, board).permanent));
}
