import { Daemon } from '../e2e/daemon.ts';
import { domain, newsgroup, sampleDaemon } from '../e2e/sample-daemon.ts';
import { CuttingProxy } from '../support/cutting-proxy.ts';
import { NntpClient } from '../support/nntp-client.ts';

export { newsgroup };

/** One running bridge, as readers and posters see it. */
export interface Place {
  readonly name: 'board' | 'restarted' | 'steady';
  readonly daemon: Daemon;
}

/** A board with its bridge; a bridge that is killed again and again; and one that is not, whose memory is watched. */
export interface World {
  readonly places: readonly Place[];
  readonly board: Daemon;
  readonly restarted: Daemon;
  readonly steady: Daemon;
  /** between the bridges and the board */
  readonly proxy: CuttingProxy;
  /** the board's own port */
  readonly rgtp: number;
  close(): Promise<void>;
}

/** @param cut whether a line of RGTP is one too many for the network */
export async function openWorld(cut: () => boolean): Promise<World> {
  // Small, so that the soak's first minutes fill it.
  const cache = { articles: '4MiB', overviews: '4MiB' };
  const { daemon: board, rgtp } = await sampleDaemon({ cache });
  const proxy = await CuttingProxy.open(rgtp, () => (cut() ? 'cut within' : 'pass'));
  const bridge = async () => {
    const daemon = await Daemon.create({
      http: { listen: 'off' },
      embedded: { listen: 'off' },
      cache,
      boards: [
        {
          newsgroup,
          domain,
          description: 'The sample board',
          rgtp: `rgtp://127.0.0.1:${proxy.port}`,
          poll: { reader: '1s' },
          cache: { memory: '1MiB' },
        },
      ],
    });
    await daemon.start();
    return daemon;
  };
  const [restarted, steady] = [await bridge(), await bridge()];
  return {
    places: [
      { name: 'board', daemon: board },
      { name: 'restarted', daemon: restarted },
      { name: 'steady', daemon: steady },
    ],
    board,
    restarted,
    steady,
    proxy,
    rgtp,
    async close() {
      await Promise.all([board, restarted, steady].map((daemon) => daemon[Symbol.asyncDispose]()));
      await proxy.close();
    },
  };
}

/** A connection whose group is selected; undefined: nobody is there, or not ready. */
export async function visit(
  { daemon }: Place,
  login?: readonly [user: string, secret: string],
): Promise<NntpClient | undefined> {
  let client: NntpClient | undefined;
  try {
    client = await NntpClient.connect(daemon.port);
    if (login !== undefined && !(await client.login(...login)).startsWith('281')) throw new Error('not logged in');
    if ((await client.ask(`GROUP ${newsgroup}`)).startsWith('211')) return client;
  } catch {
    // Restarting, or cut off from the board.
  }
  client?.close();
  return undefined;
}
