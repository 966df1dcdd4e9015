/**
 * A mirror in a process of its own, so that its memory can be measured: `node mirror-process.ts HOST PORT FOLDER`.
 * Opens what the folder holds, asks the first question, follows the board, and prints what that took as JSON.
 */
import { join } from 'node:path';
import { Mirror } from '../../src/bridge/mirror/mirror.ts';
import { RgtpPool } from '../../src/rgtp/client/pool.ts';
import { Cache } from '../../src/store/cache.ts';
import { PermanentFile } from '../../src/store/permanent-file.ts';

export interface MirrorReport {
  /** since the process began, ms: node and modules loaded, files open, one article located */
  readonly firstAnswer: number;
  /** of that, ms: from opening the files */
  readonly open: number;
  /** the first poll: the whole index, if there was nothing in the folder */
  readonly firstPoll: number;
  /** a poll that brings nothing */
  readonly idlePoll: number;
  /** of its time, ms of CPU */
  readonly idlePollCpu: number;
  /** of a comparison of the whole index that finds nothing, ms of CPU */
  readonly reconcileCpu: number;
  readonly posts: number;
  /** octets */
  readonly rss: number;
  readonly disk: number;
}

const [host = '', port = '', folder = ''] = process.argv.slice(2);
const begun = performance.now();
const cache = Cache.open(join(folder, 'bench.cache.sqlite'));
const permanent = PermanentFile.open(join(folder, 'bench.permanent.sqlite'));
const pool = new RgtpPool({ host, port: Number(port), size: 1 });
const mirror = await Mirror.open({ newsgroup: 'bench', pool, cache, permanent, background: false });
mirror.rowOf(mirror.posts.numbers[mirror.posts.length - 1] ?? 0);
const firstAnswer = performance.now();
const firstPoll = await timed(() => mirror.refresh());
let idlePoll = 0;
const idlePollCpu = await cpuOf(async () => {
  idlePoll = await timed(() => mirror.refresh());
});
// As an hour later.
cache.deleteFact('compared');
const reconcileCpu = await cpuOf(() => mirror.refresh());
const report: MirrorReport = {
  firstAnswer,
  open: firstAnswer - begun,
  firstPoll,
  idlePoll,
  idlePollCpu,
  reconcileCpu,
  posts: mirror.posts.length,
  rss: process.memoryUsage.rss(),
  disk: cache.fileOctets,
};
await mirror.close();
await pool.close();
await permanent.close();
console.log(JSON.stringify(report));

async function cpuOf(task: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await task();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

async function timed(task: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await task();
  return performance.now() - start;
}
