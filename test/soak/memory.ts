import type { Daemon } from '../e2e/daemon.ts';
import type { Course } from './course.ts';
import type { Watch } from './watch.ts';
import type { Held } from './watched-process.ts';

const MIB = 2 ** 20;
/** Looks in a quarter. */
const LOOKS = 6;
const QUARTERS = [2, 4] as const;
type Quarter = (typeof QUARTERS)[number];

/** In octets: what a process holds once its garbage is collected. */
interface Look extends Omit<Held, 'n'> {
  /** how much the board had grown by then */
  readonly numbers: number;
}

/** What may come on top from the second quarter to the last. */
export interface Room {
  /** octets, whatever happened */
  readonly held: number;
  /** octets for each new number on the board: rows, ids, and what else is kept of each */
  readonly perNumber: number;
  /** a pool keeps connections for a while after its last client */
  readonly descriptors: number;
  /** octets of its own that are resident, garbage and holes included; undefined: they are shown, and not judged */
  readonly own: number | undefined;
}

/** What processes hold in the second and in the last quarter of a soak. */
export class Memory {
  readonly #looks = new Map<string, Look[]>();

  /** Takes its looks while the soak goes on, and prints them after each of the two quarters. */
  async look(
    course: Course,
    watch: Watch,
    daemons: Readonly<Record<string, Daemon>>,
    numbers: () => number,
  ): Promise<void> {
    for (const quarter of QUARTERS) {
      for (let n = 0; n < LOOKS; n++) {
        await course.reaches((quarter - 1 + n / LOOKS) / 4);
        for (const [name, daemon] of Object.entries(daemons)) {
          const held = await watch.ask(daemon);
          if (held !== undefined) this.add(name, quarter, { ...held, numbers: numbers() });
        }
      }
      console.log(this.table());
    }
  }

  add(name: string, quarter: Quarter, look: Look): void {
    const key = `${name} ${quarter}`;
    this.#looks.set(key, [...(this.#looks.get(key) ?? []), look]);
  }

  /** A line for each process and quarter, for people. */
  table(): string {
    const mib = (octets: number) => (octets / MIB).toFixed(1).padStart(9);
    const rows = [...this.#looks.keys()].sort().map((key) => {
      const middle = this.#middle(key);
      const sizes = [
        middle('heap'),
        middle('heapTaken'),
        middle('external'),
        middle('arrayBuffers'),
        middle('own'),
        middle('ofFiles'),
      ]
        .map(mib)
        .join('');
      return `${key.padEnd(12)}${sizes}${String(middle('descriptors')).padStart(12)}${String(middle('numbers')).padStart(8)}`;
    });
    return ['MiB in quarter  heap    taken external of Buffers    own of files descriptors numbers', ...rows].join(
      '\n',
    );
  }

  /** What a process holds that it should not. */
  problems(name: string, room: Room): string[] {
    if (QUARTERS.some((quarter) => !this.#looks.has(`${name} ${quarter}`))) return [`${name}: nobody saw its memory`];
    const [before, after] = [this.#middle(`${name} 2`), this.#middle(`${name} 4`)];
    const grown = (after('numbers') - before('numbers')) * room.perNumber;
    const found: string[] = [];
    const compare = (what: string, from: number, to: number, more: number) => {
      if (to > from + more) found.push(`${name}: ${what}: ${from} in the second quarter, ${to} in the last`);
    };
    const held = (middle: (key: keyof Look) => number) => middle('heap') + middle('external');
    compare('octets held', held(before), held(after), room.held + grown);
    compare('descriptors', before('descriptors'), after('descriptors'), room.descriptors);
    if (room.own !== undefined) compare('octets of its own', before('own'), after('own'), room.own + grown);
    return found;
  }

  /** The middle one of its values. */
  #middle(key: string): (value: keyof Look) => number {
    const looks = this.#looks.get(key) ?? [];
    return (value) => looks.map((look) => look[value]).sort((a, b) => a - b)[looks.length >> 1] ?? 0;
  }
}
