/** `rgtp-nntp check`: is the configuration right, and does each board let us in? */
import { Command } from 'commander';
import { formatAddress } from '../config/addresses.ts';
import type { BoardConfig, Config } from '../config/config.ts';
import { RgtpConnection } from '../rgtp/client/connection.ts';
import { RgtpError } from '../rgtp/errors.ts';
import { boardClient } from '../server/board-client.ts';
import { readCertificate } from '../server/certificate.ts';
import { Failure } from '../server/failure.ts';
import { silent } from '../wire/log.ts';
import { type ConfigOption, configOption, configuration } from './configuration.ts';

export function checkCommand(): Command {
  return new Command('check')
    .description('validate the configuration and try the login of each board')
    .addOption(configOption())
    .action(async (options: ConfigOption) => {
      const config = configuration(options);
      say('ok', `configuration: ${options.config ?? 'defaults and environment'}`);
      if (config.tls.certificate !== '') checkCertificate(config);
      const results = [];
      for (const board of config.boards) results.push(await checkBoard(board));
      if (results.includes(false)) throw new Failure('not every board lets the bridge in');
    });
}

function checkCertificate({ tls }: Config): void {
  const { subject, validTo } = readCertificate(tls);
  say('ok', `certificate: ${subject}, valid to ${validTo}`);
}

const levels = ['may see the message of the day only', 'may read', 'may post', 'may edit'] as const;

async function checkBoard(board: BoardConfig): Promise<boolean> {
  const { newsgroup } = board;
  if (board.rgtp === 'embedded') {
    say('ok', `${newsgroup}: embedded`);
    return true;
  }
  const what = `${newsgroup}: ${formatAddress(board.rgtp)}, as ${board.user === '' ? 'guest' : board.user}`;
  try {
    const connection = await RgtpConnection.open(boardClient(board, silent));
    await connection.close();
    say(connection.level > 0 ? 'ok' : 'fail', `${what}: ${levels[connection.level]}`);
    return connection.level > 0;
  } catch (error) {
    if (!(error instanceof RgtpError)) throw error;
    say('fail', `${what}: ${error.message}`);
    return false;
  }
}

function say(result: 'ok' | 'fail', text: string): void {
  process.stdout.write(`${result.padEnd(4)}  ${text}\n`);
}
