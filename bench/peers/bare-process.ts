/** The bare server in a process of its own, with what another server has: `fork` this file with that port and the number of articles. Sends its port. */
import { linesOf, startBareServer } from '../support/bare-server.ts';
import { copyOf, NEWSGROUP } from './copy.ts';

const [, , port, count] = process.argv.map(Number);
const { low, high, articles, ids, overview } = await copyOf(port ?? 0, count ?? 0);
const withStatus = (code: number, rest: (i: number) => Buffer | string) =>
  ids.map((id, i) => Buffer.concat([Buffer.from(`${code} ${low + i} ${id}\r\n`), Buffer.from(rest(i))]));
const bare = await startBareServer({
  low,
  group: Buffer.from(`211 ${ids.length} ${low} ${high} ${NEWSGROUP}\r\n`),
  stat: withStatus(223, () => ''),
  article: withStatus(220, (i) => articles[i] ?? ''),
  head: withStatus(221, (i) => {
    const article = articles[i] ?? Buffer.alloc(0);
    return Buffer.concat([article.subarray(0, article.indexOf('\r\n\r\n') + 2), Buffer.from('.\r\n')]);
  }),
  over: linesOf(overview),
  subjects: linesOf(
    overview.map((line, i) => Buffer.from(`${low + i} ${line.toString('latin1').split('\t')[1]}\r\n`, 'latin1')),
  ),
  ids: new Map(ids.map((id, i) => [id, i])),
});
process.on('disconnect', () => process.exit());
process.send?.(bare);
