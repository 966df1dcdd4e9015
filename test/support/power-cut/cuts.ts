import { mkdirSync, rmSync } from 'node:fs';
import { seededRandom } from '../random.ts';
import { Disk } from './disk.ts';
import type { Recording } from './trace.ts';

/** POWER_CUTS=10000 for a long night */
const CUTS = Number(process.env['POWER_CUTS'] ?? 150);
const SEED = Number(process.env['POWER_CUTS_SEED'] ?? 1);
/** of what was not synced: nothing, all, some */
const KEPT = [0, 1, 0.5, 0.1, 0.9];

export interface Cut {
  /** the folder as the cut left it */
  readonly folder: string;
  /** what was noted before it */
  readonly notes: readonly unknown[];
  /** for messages: how to repeat this cut */
  readonly what: string;
}

/**
 * Cuts the power at many moments of a recording, most of them just after something was acknowledged (of which `stake`
 * chooses), and runs `check` on what is left.
 */
export async function cutOften(
  recording: Recording,
  check: (cut: Cut) => void | Promise<void>,
  stake: (note: unknown) => boolean = () => true,
): Promise<void> {
  const events = recording.events();
  const random = seededRandom(SEED);
  const noted = events.flatMap((event, at) => (event.kind === 'note' && stake(event.note) ? [at] : []));
  const moments = Array.from({ length: CUTS }, (_, n) => {
    const among = n % 3 === 0 || noted.length === 0 ? Array.from(events.keys()) : noted;
    return among[Math.floor(random() * among.length)] ?? 0;
  }).sort((a, b) => a - b);
  const disk = new Disk(recording.folder);
  const notes: unknown[] = [];
  const folder = recording.scratch('left');
  let done = 0;
  for (const [n, moment] of moments.entries()) {
    for (; done <= moment; done++) {
      const event = events[done];
      if (event === undefined) break;
      disk.apply(event);
      if (event.kind === 'note') notes.push(event.note);
    }
    const kept = KEPT[n % KEPT.length] ?? 0;
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    disk.cut(folder, { kept, random });
    const what = `POWER_CUTS=${CUTS} POWER_CUTS_SEED=${SEED}: cut ${n}, after event ${moment} of ${events.length}, ${kept} kept`;
    await check({ folder, notes, what });
  }
}
