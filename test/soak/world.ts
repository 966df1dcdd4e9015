import { Daemon } from '../e2e/daemon.ts';
import { domain, newsgroup, sampleDaemon } from '../e2e/sample-daemon.ts';
import { CuttingProxy } from '../support/cutting-proxy.ts';
import { NntpClient } from '../support/nntp-client.ts';
import { Network } from './network.ts';

export { newsgroup };

/** One running bridge, as readers and posters see it. */
export interface Place {
  readonly name: 'board' | 'restarted' | 'steady';
  readonly daemon: Daemon;
  /** where its clients find it */
  readonly port: number;
}

/** A board with its bridge; a bridge that is killed again and again; and one that is not, whose memory is watched. */
export interface World {
  readonly places: readonly Place[];
  readonly board: Daemon;
  readonly restarted: Daemon;
  readonly steady: Daemon;
  /** between newsreaders and bridges, RGTP clients and the board, bridges and the board */
  readonly networks: Readonly<Record<string, Network>>;
  /** the board's own port */
  readonly rgtp: number;
  /** where RGTP clients find it */
  readonly boardPort: number;
  close(): Promise<void>;
}

/** @param cut whether the network between bridges and board breaks within this line of RGTP */
export async function openWorld(cut: () => boolean): Promise<World> {
  // Small, so that the soak's first quarter fills them; people all come from one address here.
  const common = {
    cache: { memory: '2MiB' },
    limits: { connectionsPerAddress: 1000 },
    http: { listen: 'off' },
  };
  const { daemon: board, rgtp } = await sampleDaemon(common, { connectionsPerAddress: 1000 });
  const proxy = await CuttingProxy.open(rgtp, () => (cut() ? 'cut within' : 'pass'));
  const between = await Network.open(proxy.port);
  const bridge = async () => {
    const daemon = await Daemon.create({
      ...common,
      embedded: { listen: 'off' },
      boards: [
        {
          newsgroup,
          domain,
          description: 'The sample board',
          rgtp: `rgtp://127.0.0.1:${between.port}`,
          poll: { reader: '1s' },
        },
      ],
    });
    await daemon.start();
    return daemon;
  };
  const [restarted, steady] = [await bridge(), await bridge()];
  const daemons = { board, restarted, steady };
  const names = ['board', 'restarted', 'steady'] as const;
  const clients = await Promise.all(names.map((name) => Network.open(daemons[name].port)));
  const boardClients = await Network.open(rgtp);
  return {
    places: names.map((name, i) => ({ name, daemon: daemons[name], port: clients[i]?.port ?? 0 })),
    ...daemons,
    networks: {
      'bridges and board': between,
      'RGTP clients and board': boardClients,
      ...Object.fromEntries(clients.map((network, i) => [`newsreaders and ${names[i]}`, network])),
    },
    rgtp,
    boardPort: boardClients.port,
    async close() {
      await Promise.all(Object.values(daemons).map((daemon) => daemon[Symbol.asyncDispose]()));
      await Promise.all([between, boardClients, ...clients].map((network) => network.close()));
      await proxy.close();
    },
  };
}

/** A connection whose group is selected; undefined: no server is there, or it is not ready. */
export async function visit(
  { port }: Place,
  login?: readonly [user: string, secret: string],
): Promise<NntpClient | undefined> {
  let client: NntpClient | undefined;
  try {
    client = await NntpClient.connect(port);
    if (login !== undefined && !(await client.login(...login)).startsWith('281')) throw new Error('not logged in');
    if ((await client.ask(`GROUP ${newsgroup}`)).startsWith('211')) return client;
  } catch {
    // Restarting, or cut off from the board.
  }
  client?.close();
  return undefined;
}
