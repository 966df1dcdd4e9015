import { setTimeout as pause } from 'node:timers/promises';
import { seededRandom } from '../support/random.ts';
import type { Soak } from './person.ts';
import type { World } from './world.ts';

/** ms at most that a network carries nothing, that the far side believes in a connection, that a process is not there */
const SILENCE = 3000;
const BELIEF = 20_000;
const DOWN = 1000;

/**
 * Networks break and fall silent, processes are killed and stopped: so many `events` in the course of the soak at most. The board's
 * process is left alone after the first quarter, so that its memory can be watched.
 */
export async function weather(world: World, soak: Soak, events: number): Promise<void> {
  const { ledger, course, seed } = soak;
  const random = seededRandom(seed);
  const networks = Object.entries(world.networks);
  for (let n = 0; n < events; n++) {
    await course.reaches((n + random()) / events);
    // A slow machine has not come to the rest of them when the people go home.
    if (course.over) return;
    const [where, network] = networks[Math.floor(random() * networks.length)] ?? [];
    if (random() < 0.4 || network === undefined) {
      const daemon = course.share < 0.25 && random() < 0.4 ? world.board : world.restarted;
      const signal = random() < 0.5 ? 'SIGKILL' : 'SIGTERM';
      ledger.count(`${signal} to ${daemon === world.board ? 'the board' : 'a bridge'}`);
      const status = await daemon.stop(signal);
      if (signal === 'SIGTERM' && status !== 0) ledger.fault(`SIGTERM: exit ${status}\n${daemon.output.slice(-500)}`);
      await pause(random() * DOWN);
      await daemon.start();
      continue;
    }
    const some = random() < 0.5 ? 1 : 0.5;
    const which = () => random() < some;
    const later = random() < 0.5 ? 0 : random() * BELIEF;
    if (random() < 0.5) {
      ledger.count(`cuts: ${where}`);
      network.cut(which, later);
      continue;
    }
    ledger.count(`silences: ${where}`);
    network.hold();
    await pause(random() * SILENCE);
    if (random() < 0.5) network.cut(which, later);
    network.release();
  }
}
