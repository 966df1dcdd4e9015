import { rmSync } from 'node:fs';
import { unpackSampleSpool } from '../support/sample-board.ts';
import { Daemon, freePort } from './daemon.ts';
import { until } from './until.ts';

export const newsgroup = 'sample.board';
export const domain = 'board.example';
const board = { newsgroup, domain, description: 'The sample board' };

/** A bridge on an embedded board filled from the sample spool, with its board's RGTP port. `embedded`: settings of that board. */
export async function sampleDaemon(
  settings: object = {},
  embedded: object = {},
): Promise<{ daemon: Daemon; rgtp: number }> {
  const rgtp = await freePort();
  const daemon = await Daemon.create({
    embedded: { listen: `rgtp://127.0.0.1:${rgtp}`, ...embedded },
    http: { listen: 'off' },
    boards: [{ ...board, rgtp: 'embedded' }],
    ...settings,
  });
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
