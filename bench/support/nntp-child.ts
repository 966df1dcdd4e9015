/** The measured server in a process of its own: `bare` or `ours`. Says its port, and that of TLS; on each message, what it has used. */
import type { RenderedArticle } from '../../src/nntp/backend.ts';
import { NntpServer } from '../../src/nntp/server.ts';
import { LargeGroup } from '../../test/support/large-group.ts';
import { MemoryBackend } from '../../test/support/memory-backend.ts';
import { tlsFiles } from '../../test/support/tls-files.ts';
import { type HeldAnswers, linesOf, startBareServer } from './bare-server.ts';
import { RenderedGroup } from './rendered-group.ts';

const [kind, articles = '20000', octets = '2000'] = process.argv.slice(2);
const group = new RenderedGroup(Number(articles), Number(octets));
const large = new LargeGroup('bench.large', 1_000_000);

class Backend extends MemoryBackend {
  override newsgroup(name: string) {
    return name === group.name ? group : name === large.name ? large : undefined;
  }
}

async function ours(): Promise<number[]> {
  const server = await NntpServer.open({
    backend: new Backend(),
    name: 'bench',
    listen: [false, true].map((tls) => ({ host: '127.0.0.1', port: 0, tls })),
    tls: tlsFiles('first'),
    limits: { connections: 50_000, connectionsPerAddress: 50_000 },
  });
  return server.addresses.map(({ port }) => port);
}

function held(): HeldAnswers {
  const answers = (code: number, rest: (article: RenderedArticle) => Buffer) =>
    group.articles.map((article, i) =>
      Buffer.concat([Buffer.from(`${code} ${i + 1} ${article.messageId}\r\n`), rest(article)]),
    );
  return {
    low: group.low,
    group: Buffer.from(`211 ${group.count} ${group.low} ${group.high} ${group.name}\r\n`),
    stat: answers(223, () => Buffer.alloc(0)),
    article: answers(220, ({ bytes }) => bytes),
    head: answers(221, ({ bytes, bodyStart }) =>
      Buffer.concat([bytes.subarray(0, bodyStart - '\r\n'.length), Buffer.from('.\r\n')]),
    ),
    over: { octets: group.lines, starts: group.starts },
    subjects: linesOf(group.subjects),
    ids: new Map(),
  };
}

async function bare(): Promise<number[]> {
  const answers = held();
  return [await startBareServer(answers), await startBareServer(answers, tlsFiles('first'))];
}

const ports = kind === 'bare' ? await bare() : await ours();
process.on('message', (what) => {
  if (what === 'usage') for (let round = 0; round < 2; round++) globalThis.gc?.();
  const { user, system } = process.cpuUsage();
  process.send?.({ cpu: user + system, rss: process.memoryUsage().rss });
});
process.on('disconnect', () => process.exit());
process.send?.(ports);
