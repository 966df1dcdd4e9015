import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** What a process did to one file, or (`note`) what it had acknowledged by then. In the order of one clock. */
export type FileEvent =
  | { readonly kind: 'create'; readonly path: string; readonly inode: bigint }
  | { readonly kind: 'write'; readonly inode: bigint; readonly at: number; readonly data: Buffer }
  | { readonly kind: 'truncate'; readonly inode: bigint; readonly length: number }
  | { readonly kind: 'sync begins' | 'sync ends'; readonly path: string; readonly inode: bigint; readonly sync: number }
  | { readonly kind: 'remove'; readonly path: string }
  | { readonly kind: 'rename' | 'link'; readonly path: string; readonly to: string }
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'note'; readonly note: unknown };

const HEAD = 4 + 4 + 8 + 8 + 1;
const NOTE = 'N';
const RECORDER = join(import.meta.dirname, 'recorder.c');

/** Whether there is a C compiler on Linux, which recording takes. A build machine must have one: there this is always true. */
export const canRecord =
  process.env['CI'] !== undefined ||
  (process.platform === 'linux' && spawnSync('cc', ['--version'], { stdio: 'ignore' }).status === 0);

/** A folder, and the record of what is done to it by processes started with `env`. */
export class Recording {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly #base: string;
  readonly #trace: string;

  constructor() {
    this.#base = realpathSync(mkdtempSync(join(tmpdir(), 'power-cut-')));
    this.folder = join(this.#base, 'disk');
    this.#trace = join(this.#base, 'trace');
    const recorder = join(this.#base, 'recorder.so');
    const compiled = spawnSync('cc', ['-shared', '-fPIC', '-O1', '-o', recorder, RECORDER, '-ldl'], {
      encoding: 'utf8',
    });
    if (compiled.status !== 0) throw new Error(`cc: ${compiled.error?.message ?? compiled.stderr}`);
    writeFileSync(this.#trace, '');
    this.env = {
      ...process.env,
      LD_PRELOAD: recorder,
      POWER_CUT_FOLDER: this.folder,
      POWER_CUT_TRACE: this.#trace,
    };
  }

  /** Puts something acknowledged into the record: everything that was done before it, was done before this call. */
  note(note: unknown): void {
    noteIn(this.#trace, note);
  }

  events(): FileEvent[] {
    return [...parse(readFileSync(this.#trace))];
  }

  /** a folder that goes with the recording */
  scratch(name: string): string {
    return join(this.#base, name);
  }

  remove(): void {
    rmSync(dirname(this.folder), { recursive: true, force: true });
  }
}

/** `Recording.note` within a process that is recorded. */
export function note(value: unknown): void {
  noteIn(process.env['POWER_CUT_TRACE'] ?? '', value);
}

function noteIn(trace: string, value: unknown): void {
  const data = Buffer.from(JSON.stringify(value));
  const head = Buffer.alloc(HEAD);
  head.writeUInt32LE(data.length, 4);
  head.write(NOTE, HEAD - 1, 'latin1');
  // One append, as the recorder does.
  appendFileSync(trace, Buffer.concat([head, data]));
}

function* parse(trace: Buffer): Generator<FileEvent> {
  for (let at = 0; at < trace.length; ) {
    const pathLength = trace.readUInt32LE(at);
    const dataLength = trace.readUInt32LE(at + 4);
    const inode = trace.readBigUInt64LE(at + 8);
    const number = Number(trace.readBigUInt64LE(at + 16));
    const kind = trace.toString('latin1', at + HEAD - 1, at + HEAD);
    at += HEAD;
    const path = trace.toString('utf8', at, at + pathLength);
    at += pathLength;
    const data = trace.subarray(at, at + dataLength);
    at += dataLength;
    yield eventOf(kind, path, inode, number, data);
  }
}

function eventOf(kind: string, path: string, inode: bigint, number: number, data: Buffer): FileEvent {
  switch (kind) {
    case 'C':
      return { kind: 'create', path, inode };
    case 'W':
      return { kind: 'write', inode, at: number, data };
    case 'T':
      return { kind: 'truncate', inode, length: number };
    case 'S':
      return { kind: 'sync begins', path, inode, sync: number };
    case 'E':
      return { kind: 'sync ends', path, inode, sync: number };
    case 'U':
      return { kind: 'remove', path };
    case 'R':
      return { kind: 'rename', path, to: data.toString() };
    case 'L':
      return { kind: 'link', path, to: data.toString() };
    case 'M':
      return { kind: 'folder', path };
    case NOTE:
      return { kind: 'note', note: JSON.parse(data.toString()) };
    default:
      throw new Error(`the recorder knows no ${kind}`);
  }
}
