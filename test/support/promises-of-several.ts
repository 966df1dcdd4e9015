/** What readers are promised who are switched from one bridge to another: histories of a `ModelBoard` with several, and one PostgreSQL. */
import assert from 'node:assert/strict';
import { setTimeout as pause, setImmediate } from 'node:timers/promises';
import { Refusal } from '../../src/nntp/backend.ts';
import { StoreError } from '../../src/store/errors.ts';
import { ModelBoard } from './model-board.ts';
import type { ModelBridge } from './model-bridge.ts';
import { mishaps } from './model-mishaps.ts';
import { ModelReader } from './model-reader.ts';
import type { PostgresServer } from './postgres.ts';
import { articlesOf, type Story, stepNames, storiesOf } from './promises.ts';
import { SharedKeeping } from './shared-keeping.ts';

/** Looks that a bridge has to find its way back, and ms between them. */
const LOOKS = 1_000;
const LOOK_EVERY = 5;

/** Plays a story. Throws where a promise is broken. */
export async function playSeveral(
  bridges: number,
  first: number,
  story: Story,
  database: PostgresServer,
): Promise<void> {
  const keeping = new SharedKeeping(database);
  const model = new ModelBoard(first, bridges, keeping);
  await model.open();
  try {
    const reader = new ModelReader(model);
    for (const [at, [name, pick]] of story.entries()) {
      const mishap = mishaps[name];
      const step = model.steps[name];
      assert(mishap !== undefined || step !== undefined, `no step ${name}`);
      await (mishap === undefined ? step?.(pick) : mishap({ model, keeping }, pick));
      // An answer is not out before the event loop has gone round.
      await setImmediate();
      const bridge = model.bridge(at);
      if (pick % 2 === 0 && (await knowsAll(bridge))) {
        reader.look(bridge);
        if (pick % 5 === 0) await reader.pull(bridge);
      } else reader.glance(bridge);
    }
    keeping.reconnect();
    await settled(model);
    const [one, ...others] = model.bridges;
    assert(one !== undefined);
    for (const bridge of model.bridges) await reader.end(bridge);
    const shown = await articlesOf(one.view);
    for (const other of others) assert.deepEqual(await articlesOf(other.view), shown, `${other.name} and ${one.name}`);
    await model.latecomer(async (view) => assert.deepEqual(await articlesOf(view), shown, 'a bridge that came later'));
  } finally {
    await model.close();
  }
}

/** Whether it has what the others have shown. Otherwise it answers 403 to whatever asks for more than it has. */
async function knowsAll({ view, ready }: ModelBridge): Promise<boolean> {
  if (!ready) return false;
  try {
    await view.catchUp?.();
    return true;
  } catch (error) {
    if (error instanceof Refusal) return false;
    throw error;
  }
}

async function caughtUp(model: ModelBoard, bridge: ModelBridge): Promise<void> {
  for (let looks = 0; looks < LOOKS; looks++) {
    if ((await model.poll(bridge)) && (await knowsAll(bridge))) return;
    await pause(LOOK_EVERY);
  }
  assert.fail(`${bridge.name} does not catch up: ${JSON.stringify(bridge.mirror.progress)}`);
}

/** Nothing is under way or in doubt, and each knows everything. */
async function settled(model: ModelBoard): Promise<void> {
  for (let looks = 0; looks < LOOKS; looks++) {
    for (const bridge of model.bridges) await caughtUp(model, bridge);
    const isAnswered = await model.posts.retry(model.bridges);
    const open = await inDoubt(model.bridge());
    if (isAnswered && open.length === 0) break;
    assert(looks < LOOKS - 1, `still in doubt: ${open.join(' ')}`);
    await pause(LOOK_EVERY);
  }
  await model.settle();
  for (const bridge of model.bridges) await caughtUp(model, bridge);
}

/** Posts that nobody knows the outcome of. (One whose row is gone before anybody has read it keeps its intent.) */
async function inDoubt({ permanent }: ModelBridge): Promise<string[]> {
  try {
    const posted = new Set((await permanent.ownPosts()).map(({ messageId }) => messageId));
    return (await permanent.intents()).map(({ messageId }) => messageId).filter((id) => !posted.has(id));
  } catch (error) {
    if (error instanceof StoreError) return [error.message];
    throw error;
  }
}

const MISHAPS = Object.keys(mishaps).filter((name) => name !== 'the database dies');

/** Restarting the database takes long. */
export const storiesOfSeveral = storiesOf(
  ...[1, 2].flatMap(() => [...stepNames, ...MISHAPS, ...MISHAPS]),
  'the database dies',
);
