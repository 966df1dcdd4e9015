import { rmSync } from 'node:fs';
import { freePort } from '../support/free-port.ts';
import { unpackSampleSpool } from '../support/sample-board.ts';
import { Daemon, loseCache } from './daemon.ts';
import { expectedArticles, sampleBoard } from './sample-board.ts';
import { until } from './until.ts';

export const newsgroup = 'sample.board';
export const domain = 'board.example';
const board = { newsgroup, domain, description: 'The sample board' };

/** A bridge on an embedded board filled from the sample spool, with its board's RGTP port. `embedded`: settings of that board. */
export async function sampleDaemon(
  settings: object = {},
  embedded: object = {},
  listen?: (port: number) => readonly string[],
): Promise<{ daemon: Daemon; rgtp: number }> {
  const rgtp = await freePort();
  const daemon = await Daemon.create(
    {
      embedded: { listen: `rgtp://127.0.0.1:${rgtp}`, ...embedded },
      http: { listen: 'off' },
      boards: [{ ...board, rgtp: 'embedded' }],
      ...settings,
    },
    listen,
  );
  const spool = unpackSampleSpool();
  await daemon.command('import', spool);
  rmSync(spool, { recursive: true });
  await daemon.start();
  await settled(daemon);
  return { daemon, rgtp };
}

/** Another bridge, in front of a board that speaks RGTP on `rgtp`. */
export async function remoteDaemon(rgtp: number, settings: object = {}): Promise<Daemon> {
  const daemon = await Daemon.create({
    http: { listen: 'off' },
    embedded: { listen: 'off' },
    boards: [{ ...board, rgtp: `rgtp://127.0.0.1:${rgtp}`, poll: { reader: '1s' } }],
    ...settings,
  });
  await daemon.start();
  await settled(daemon);
  return daemon;
}

/** Waits until the index is in: everything is listed then, texts come as they are asked for. */
export async function settled(daemon: Daemon, high = 3217): Promise<void> {
  const client = await daemon.client();
  await until(
    async () => Number((await client.ask(`GROUP ${newsgroup}`)).split(' ')[3]) >= high,
    () => `the index of the sample board:\n${daemon.output.slice(-2000)}`,
  );
  client.quit();
}

export const TROUBLES = ['was restarted', 'was killed', 'lost its cache'] as const;

/** Something a newsreader must not notice. Afterwards the daemon serves again, on the same port. */
export async function befalls(daemon: Daemon, trouble: (typeof TROUBLES)[number], high?: number): Promise<void> {
  await daemon.stop(trouble === 'was restarted' ? 'SIGTERM' : 'SIGKILL');
  if (trouble === 'lost its cache') loseCache(daemon);
  await daemon.start();
  await settled(daemon, high);
}

export const certificate = new URL('../fixtures/tls/first.cert.pem', import.meta.url).pathname;
const key = new URL('../fixtures/tls/first.key.pem', import.meta.url).pathname;

/** The same, with STARTTLS on its port and NNTPS on another, and listening on `more`. */
export async function secureDaemon(
  settings: object = {},
  ...more: readonly string[]
): Promise<{ daemon: Daemon; rgtp: number; tlsPort: number }> {
  const tlsPort = await freePort();
  const { daemon, rgtp } = await sampleDaemon({ tls: { certificate, key }, ...settings }, {}, (port) => [
    `nntp://127.0.0.1:${port}`,
    `nntps://127.0.0.1:${tlsPort}`,
    ...more,
  ]);
  return { daemon, rgtp, tlsPort };
}

/** The first articles of an item that continues another, and of the one that it continues. Both are in one thread. */
export const continued = (() => {
  const articles = [...expectedArticles(newsgroup, domain).values()];
  const [id = '', next = ''] = Object.entries(sampleBoard.tail).find(([item]) => item === 'P2591726') ?? [];
  const firstOf = (item: string) => articles.find((article) => article.item === item && article.kind !== 'R');
  const [item, continuation] = [firstOf(id), firstOf(next)];
  if (item === undefined || continuation === undefined) throw new Error('not in the sample');
  return { item, continuation };
})();
