/** `rgtp-nntp register USERID`: requests an account from a board (REGU). */
import { Command } from 'commander';
import { register } from '../bridge/login/register.ts';
import type { BoardConfig } from '../config/config.ts';
import { RgtpError } from '../rgtp/errors.ts';
import { boardClient } from '../server/board-client.ts';
import { Failure } from '../server/failure.ts';
import { silent } from '../wire/log.ts';
import { Questions } from './ask.ts';
import { boardNamed, type ConfigOption, configOption, configuration } from './configuration.ts';

interface RegisterOptions extends ConfigOption {
  readonly board?: string;
  readonly yes?: true;
}

export function registerCommand(): Command {
  return new Command('register')
    .description('request an account from a board')
    .argument('<userid>', 'the userid you want, usually your mail address')
    .addOption(configOption())
    .option('--board <name>', 'which board (default: the first)')
    .option('--yes', "agree to the board's conditions without asking")
    .action(async (userid: string, options: RegisterOptions) => {
      const board = boardNamed(configuration(options), options.board);
      const { user: _user, secret: _secret, ...client } = boardClient(reachable(board), silent);
      try {
        const answer = await register({ ...client, charset: board.charset }, userid, (warning) =>
          agreed(warning, options),
        );
        if (answer === undefined) throw new Failure('you did not agree: no account was requested');
        process.stdout.write(`${answer}\n`);
      } catch (error) {
        if (error instanceof RgtpError) throw new Failure(`the board refused: ${error.message}`);
        throw error;
      }
    });
}

async function agreed(warning: readonly string[], { yes }: RegisterOptions): Promise<boolean> {
  process.stdout.write(`${warning.join('\n')}\n`);
  if (yes) return true;
  using questions = new Questions();
  return /^y(es)?$/i.test(await questions.ask('Do you agree? (yes or no)'));
}

function reachable(board: BoardConfig): BoardConfig {
  if (board.rgtp !== 'embedded') return board;
  throw new Failure('that board is embedded: add users with rgtp-nntp board user add', undefined, { exitCode: 2 });
}
