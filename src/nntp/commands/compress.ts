import { Deflated } from '../connection/deflated.ts';
import type { NntpSession } from '../session.ts';
import type { Answer } from '../syntax/answer.ts';
import { status } from '../syntax/status.ts';
import type { Command } from './command.ts';

/** RFC 8054 §5.3: names of algorithms are upper case. */
const ALGORITHM = /^[A-Z0-9_-]{1,20}$/;

/** RFC 8054 §2.2. */
export const compress: Command = {
  head: 'COMPRESS',
  syntax: 'DEFLATE',
  words: [1, 1],
  needs: 'nothing',
  run(session, [algorithm = '']) {
    if (!ALGORITHM.test(algorithm)) return status.syntax;
    if (session.compressed || !session.server.compress) return status.unavailable;
    if (algorithm !== 'DEFLATE') return '503 Compression algorithm not supported';
    return session.server.startCompressing(session) ? activate(session) : '403 Unable to activate compression now';
  },
  capability(session, report) {
    if (session.server.compress && !session.compressed) report.push(['COMPRESS', 'DEFLATE']);
  },
};

async function activate(session: NntpSession): Promise<Answer> {
  session.write('206 Compression active');
  await session.wire.flushed();
  session.wire.exchange((below) => new Deflated(below));
  return undefined;
}
