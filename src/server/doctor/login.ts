/** One login at each board, as the bridge will make it. */
import { formatAddress } from '../../config/addresses.ts';
import type { BoardConfig, Config } from '../../config/config.ts';
import { RgtpConnection } from '../../rgtp/client/connection.ts';
import { RgtpError } from '../../rgtp/errors.ts';
import { silent } from '../../wire/log.ts';
import { boardClient } from '../board-client.ts';
import { readCertificate } from '../certificate.ts';
import { type Finding, fail, ok } from './finding.ts';

/** By RGTP access level. */
export const levels = ['may see only the message of the day', 'may read', 'may post', 'may edit'] as const;

/** The certificate and every board. @throws Failure where the certificate can't be used */
export async function* tryLogins({ tls, boards }: Config): AsyncGenerator<Finding> {
  if (tls.certificate !== '') {
    const { subject, validTo } = readCertificate(tls);
    yield ok(`certificate: ${subject}, valid to ${validTo}`);
  }
  for (const board of boards) yield await tryLogin(board);
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
    if (!(error instanceof RgtpError)) throw error;
    return fail(`${what}: ${error.message}`);
  }
}
