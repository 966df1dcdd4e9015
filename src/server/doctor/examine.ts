/** Everything the server needs, examined in turn. */
import type { Config } from '../../config/config.ts';
import { examineBoard } from './boards.ts';
import { examineCertificate } from './certificate.ts';
import { examineDatabase } from './database.ts';
import type { Finding } from './finding.ts';
import { examineMail } from './mail.ts';
import { examinePeer } from './peers.ts';
import { examinePorts } from './ports.ts';
import { examineShownCertificate } from './shown-certificate.ts';
import { examineStores } from './stores.ts';
import { examineSystem } from './system.ts';

export async function* examine(config: Config): AsyncGenerator<Finding> {
  yield* examineSystem(config);
  yield* examineStores(config);
  yield* examineDatabase(config);
  yield* examineCertificate(config);
  yield* examinePorts(config);
  yield* examineShownCertificate(config);
  yield* examineMail(config);
  for (const board of config.boards) yield* examineBoard(board);
  for (const peer of config.peers) yield await examinePeer(peer);
}
