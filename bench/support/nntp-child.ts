/** The measured server in a process of its own: `bare` or `ours`. Says its port; on each message, what it has used. */
import type { RenderedArticle } from '../../src/nntp/backend.ts';
import { NntpServer } from '../../src/nntp/server.ts';
import { LargeGroup } from '../../test/support/large-group.ts';
import { MemoryBackend } from '../../test/support/memory-backend.ts';
import { type HeldAnswers, startBareServer } from './bare-server.ts';
import { RenderedGroup } from './rendered-group.ts';

const [kind, articles = '20000', octets = '2000'] = process.argv.slice(2);
const group = new RenderedGroup(Number(articles), Number(octets));
const large = new LargeGroup('bench.large', 1_000_000);

class Backend extends MemoryBackend {
  override newsgroup(name: string) {
    return name === group.name ? group : name === large.name ? large : undefined;
  }
}

async function ours(): Promise<number> {
  const server = await NntpServer.open({
    backend: new Backend(),
    name: 'bench',
    listen: [{ host: '127.0.0.1', port: 0, tls: false }],
    limits: { connections: 50_000, connectionsPerAddress: 50_000 },
  });
  return server.addresses[0]?.port ?? 0;
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
    head: [],
    over: { octets: group.lines, starts: group.starts },
    subjects: { octets: Buffer.alloc(0), starts: new Uint32Array(1) },
    ids: new Map(),
  };
}

const port = kind === 'bare' ? await startBareServer(held()) : await ours();
process.on('message', () => {
  for (let round = 0; round < 2; round++) globalThis.gc?.();
  const { user, system } = process.cpuUsage();
  process.send?.({ cpu: user + system, rss: process.memoryUsage().rss });
});
process.on('disconnect', () => process.exit());
process.send?.(port);
