/** What befalls several bridges that share a database, besides what befalls one, its board and its readers. */
import type { ModelBoard } from './model-board.ts';
import type { ModelBridge } from './model-bridge.ts';
import type { SharedKeeping } from './shared-keeping.ts';

/** What a transaction ends or begins with. */
const WORDS = ['COMMIT\0', 'INSERT', 'UPDATE', 'SELECT'] as const;
const FATES = ['arrives', 'lost before', 'lost after'] as const;

interface Cluster {
  readonly model: ModelBoard;
  readonly keeping: SharedKeeping;
}

/** By name; `pick` chooses a bridge, and a moment. */
export const mishaps: Readonly<Record<string, (cluster: Cluster, pick: number) => unknown>> = {
  'connections to the database are cut': ({ model, keeping }, pick) => keeping.way(model.bridge(pick).name).cutAll(),
  'an answer of the database is lost': async ({ model, keeping }, pick) => {
    const way = keeping.way(model.bridge(pick).name);
    way.cutAfter(WORDS[pick % WORDS.length] ?? '', 1);
    await model.poll(model.bridge(pick));
    way.cutAfter('', 0);
  },
  'a bridge is cut off': ({ model, keeping }, pick) => keeping.cutOff(model.bridge(pick).name),
  'all are back': ({ keeping }) => keeping.reconnect(),
  'the database dies': ({ keeping }) => keeping.restart(),
  'a bridge is killed in a poll': (cluster, pick) => {
    const bridge = cluster.model.bridge(pick);
    return dying(cluster, bridge, pick, () => cluster.model.poll(bridge));
  },
  'a bridge is killed while it posts': (cluster, pick) =>
    dying(cluster, cluster.model.bridge(Math.floor(pick / 6)), pick, () => post(cluster, pick)),
  'one polls while another does': (cluster, pick) =>
    meanwhile(cluster, pick, () => cluster.model.poll(cluster.model.bridge(pick + 1))),
  'one posts while another polls': (cluster, pick) => meanwhile(cluster, pick, () => post(cluster, pick, pick + 1)),
  'all poll at once': ({ model }) => Promise.all(model.bridges.map((bridge) => model.poll(bridge))),
  'the same is posted to all': ({ model }, pick) => model.posts.postAtOnce(model.bridges, pick),
  post: (cluster, pick) => post(cluster, pick),
};

/** @param at the bridge; `pick` chooses what is posted, too */
function post({ model }: Cluster, pick: number, at = Math.floor(pick / 6)): Promise<void> {
  return model.posts.post(model.bridge(at), pick, FATES[pick % FATES.length] ?? 'arrives', model.bridge(at + 1));
}

/** `kill -9` at one of the questions that a bridge asks the store, before it or after; and a supervisor that starts it again. */
async function dying({ keeping }: Cluster, bridge: ModelBridge, pick: number, task: () => Promise<unknown>) {
  let left = pick % 16;
  const witness = () => (left-- === 0 ? bridge.die() : undefined);
  await keeping.witnessed(bridge.name, witness, task);
  await bridge.revive();
}

/** Something happens at one of the questions that a polling bridge asks the store. */
async function meanwhile({ model, keeping }: Cluster, pick: number, act: () => Promise<unknown>) {
  const bridge = model.bridge(pick);
  let left = pick % 12;
  const witness = async () => {
    if (left-- === 0) await act();
  };
  await keeping.witnessed(bridge.name, witness, () => model.poll(bridge));
}
