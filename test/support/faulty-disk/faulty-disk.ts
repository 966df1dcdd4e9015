import { spawnSync } from 'node:child_process';
import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';

const { errno } = constants;

/** as in faults.c */
const KINDS = { write: 1, sync: 2, open: 4, truncate: 8, name: 16, folder: 32, remove: 64, read: 128 } as const;
const WORDS = 6;
const FAULTS = join(import.meta.dirname, 'faults.c');

export type Fault = 'ENOSPC' | 'EDQUOT' | 'EROFS' | 'EIO';

export interface FaultOptions {
  /** calls that still work. Default 0 */
  readonly after?: number;
  /** the disk fails until `mend`. Default: one call fails */
  readonly lasting?: boolean;
  /** default: all but `read` */
  readonly kinds?: readonly (keyof typeof KINDS)[];
}

/** A folder on a disk that fails when it is told to, for processes started with `env`. */
export class FaultyDisk {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly #base: string;
  readonly #control: string;

  constructor() {
    this.#base = realpathSync(mkdtempSync(join(tmpdir(), 'faulty-disk-')));
    this.folder = join(this.#base, 'disk');
    this.#control = join(this.#base, 'control');
    const faults = join(this.#base, 'faults.so');
    const compiled = spawnSync('cc', ['-shared', '-fPIC', '-O1', '-o', faults, FAULTS, '-ldl'], { encoding: 'utf8' });
    if (compiled.status !== 0) throw new Error(`cc: ${compiled.error?.message ?? compiled.stderr}`);
    writeFileSync(this.#control, Buffer.alloc(WORDS * 4));
    this.env = {
      ...process.env,
      LD_PRELOAD: faults,
      FAULTS_FOLDER: this.folder,
      FAULTS_CONTROL: this.#control,
    };
  }

  /** From now on. */
  fail(fault: Fault, { after = 0, lasting = false, kinds }: FaultOptions = {}): void {
    const all = Object.keys(KINDS) as (keyof typeof KINDS)[]; // its own keys
    const names = kinds ?? all.filter((name) => name !== 'read');
    const mask = names.reduce((sum, name) => sum | KINDS[name], 0);
    this.#set([0, mask, lasting ? 1 : 0, after, 0, 0]);
    this.#set([errno[fault]]);
  }

  /** The disk is well again. Returns how many calls failed. */
  mend(): number {
    this.#set([0]);
    return readFileSync(this.#control).readUInt32LE(5 * 4);
  }

  remove(): void {
    rmSync(this.#base, { recursive: true, force: true });
  }

  #set(words: readonly number[]): void {
    const file = openSync(this.#control, 'r+');
    writeSync(file, Buffer.from(Uint32Array.from(words).buffer), 0, words.length * 4, 0);
    closeSync(file);
  }
}
