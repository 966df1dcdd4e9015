import { Deflated } from '../connection/deflated.ts';
import type { Answer } from '../syntax/answer.ts';
import { status } from '../syntax/status.ts';
import type { Client } from './client.ts';
import type { Command } from './command.ts';

/** RFC 8054 §5.3: names of algorithms are upper case. */
const ALGORITHM = /^[A-Z0-9_-]{1,20}$/;

/** RFC 8054 §2.2. */
export const compress: Command = {
  head: 'COMPRESS',
  syntax: 'DEFLATE',
  words: [1, 1],
  needs: 'nothing',
  run(client, [algorithm = '']) {
    if (!ALGORITHM.test(algorithm)) return status.syntax;
    if (client.compressed || !client.shared.compression) return status.unavailable;
    if (algorithm !== 'DEFLATE') return '503 Compression algorithm not supported';
    return client.startCompressing() ? activate(client) : '403 Unable to activate compression now';
  },
  capability(client, report) {
    if (client.shared.compression && !client.compressed) report.push(['COMPRESS', 'DEFLATE']);
  },
};

async function activate(client: Client): Promise<Answer> {
  client.write('206 Compression active');
  await client.transport.flushed();
  client.transport.exchange((below) => new Deflated(below));
  return undefined;
}
