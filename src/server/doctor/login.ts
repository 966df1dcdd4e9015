/** One login at each board, as the bridge will make it. */
import { formatAddress } from '../../config/addresses.ts';
import type { BoardConfig, Config } from '../../config/config.ts';
import { RgtpConnection } from '../../rgtp/client/connection.ts';
import { RgtpError } from '../../rgtp/errors.ts';
import { silent } from '../../wire/log.ts';
import { boardClient } from '../board-client.ts';
import type { CertificateFacts } from '../certificate.ts';
import { Failure } from '../failure.ts';
import { tryFolders } from '../folders.ts';
import { localLooks } from '../local-check.ts';
import { type Finding, fail, ok } from './finding.ts';

/** What each RGTP access level allows. */
export const levels = ['may see only the message of the day', 'may read', 'may post', 'may edit'] as const;

/** Checks the files that the configuration names, and every board. */
export async function* tryLogins(config: Config): AsyncGenerator<Finding> {
  // Only tried here: the server reports a full disk itself.
  const folders = { what: 'data', named: config.data, take: () => void tryFolders(config) };
  for (const { what, named, take } of [folders, ...localLooks(config)]) {
    try {
      const certificate = take();
      yield certificate === undefined ? ok(`${what}: ${named}`) : validity(certificate);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      yield fail(error.message, error.remedy);
    }
  }
  for (const board of config.boards) yield await tryLogin(board);
}

/** Newsreaders refuse a certificate that is not valid today. */
function validity({ subject, validFrom, validTo, expires }: CertificateFacts): Finding {
  const shown = `${subject}, valid to ${validTo}`;
  if (expires.getTime() < Date.now()) return fail(`certificate: ${shown}: it has expired`, 'Renew it.');
  if (validFrom.getTime() > Date.now()) return fail(`certificate: ${shown}: it is not valid yet`, 'Check the clock.');
  return ok(`certificate: ${shown}`);
}

async function tryLogin(board: BoardConfig): Promise<Finding> {
  if (board.rgtp === 'embedded') return ok(`${board.newsgroup}: embedded`);
  const what = `${board.newsgroup}: ${formatAddress(board.rgtp)}, as ${board.user === '' ? 'guest' : board.user}`;
  try {
    const connection = await RgtpConnection.open(boardClient(board, silent));
    await connection.close();
    const result = `${what}: ${levels[connection.level]}`;
    return connection.level > 0 ? ok(result) : fail(result);
  } catch (error) {
    // Problems with the files have been reported already.
    if (error instanceof Failure) return fail(`${what}: not tried`);
    if (!(error instanceof RgtpError)) throw error;
    return fail(`${what}: ${error.message}`);
  }
}
