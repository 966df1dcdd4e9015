import { constants } from 'node:fs';
import { type FileHandle, lstat, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '../../wire/system-error.ts';
import { Trouble } from '../../wire/trouble.ts';

const LF = 0x0a;
/** octets read at a time */
const PIECE = 1024 * 1024;
/** Neither waits for the writer of a FIFO nor follows symbolic links. */
const HOW = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

export interface LineGroup {
  /** without LF */
  readonly lines: Buffer[];
  /** octets of the whole file */
  readonly total: number;
}

/** A spool file that is refused. */
class SpoolFileError extends Trouble {
  constructor(reason: string) {
    super(reason);
    this.name = 'SpoolFileError';
  }
}

/**
 * The files of a groggsd data directory. It may come from anybody, so only regular files are read, no larger than
 * expected: no FIFOs, no devices, no symbolic links, which could expose any file on this machine.
 */
export class SpoolFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** The names in a subfolder. @throws SpoolFileError if it is a link, or no folder */
  async list(name: string): Promise<string[]> {
    await this.#requireFolder(name);
    return readdir(join(this.path, name));
  }

  /** @returns undefined if it does not exist @throws SpoolFileError */
  async read(name: string, maxOctets: number): Promise<Buffer | undefined> {
    const file = await this.#open(name, maxOctets);
    if (file === undefined) return undefined;
    try {
      const content = Buffer.alloc(file.octets);
      return content.subarray(0, await fill(file.handle, content, 0));
    } finally {
      await file.handle.close();
    }
  }

  /**
   * The lines of a large file, without LF, in groups. A line beyond `maxLine` is cut.
   * @throws SpoolFileError, also if the file does not exist
   */
  async *lines(name: string, maxOctets: number, maxLine: number): AsyncGenerator<LineGroup> {
    const file = await this.#open(name, maxOctets);
    if (file === undefined) throw new SpoolFileError('does not exist');
    try {
      let rest: Buffer = Buffer.alloc(0);
      for (let at = 0; at < file.octets; ) {
        const piece = Buffer.alloc(Math.min(PIECE, file.octets - at));
        const read = await fill(file.handle, piece, at);
        if (read === 0) break;
        at += read;
        const octets = Buffer.concat([rest, piece.subarray(0, read)]);
        const lines: Buffer[] = [];
        let start = 0;
        for (let end = octets.indexOf(LF); end >= 0; end = octets.indexOf(LF, start)) {
          lines.push(octets.subarray(start, Math.min(end, start + maxLine + 1)));
          start = end + 1;
        }
        rest = octets.subarray(start, start + maxLine + 1);
        yield { lines, total: file.octets };
      }
      if (rest.length > 0) yield { lines: [rest], total: file.octets };
    } finally {
      await file.handle.close();
    }
  }

  async #open(name: string, maxOctets: number): Promise<{ handle: FileHandle; octets: number } | undefined> {
    const path = join(this.path, name);
    // Check before opening: opening a device can have effects.
    const entry = await lstat(path).catch(unlessMissing);
    if (entry === undefined) return undefined;
    if (entry.isSymbolicLink()) throw new SpoolFileError('is a symbolic link');
    if (!entry.isFile()) throw new SpoolFileError('is not a regular file');
    const handle = await open(path, HOW).catch((error: unknown) => {
      if (systemCode(error) === 'ELOOP') throw new SpoolFileError('is a symbolic link');
      throw error;
    });
    // And check again: another file may have taken its place in the meantime.
    const opened = await handle.stat();
    const fault = !opened.isFile()
      ? 'is not a regular file'
      : opened.size > maxOctets
        ? `has ${opened.size} octets; at most ${maxOctets} are taken`
        : undefined;
    if (fault === undefined) return { handle, octets: opened.size };
    await handle.close();
    throw new SpoolFileError(fault);
  }

  async #requireFolder(name: string): Promise<void> {
    const entry = await lstat(join(this.path, name));
    if (entry.isSymbolicLink()) throw new SpoolFileError('is a symbolic link');
    if (!entry.isDirectory()) throw new SpoolFileError('is not a folder');
  }
}

/** Reads until the buffer is full or the file ends. */
async function fill(handle: FileHandle, into: Buffer, position: number): Promise<number> {
  let filled = 0;
  while (filled < into.length) {
    const { bytesRead } = await handle.read(into, filled, into.length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}

function unlessMissing(error: unknown): undefined {
  // ENOTDIR: the folder is a file.
  if (['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) return undefined;
  throw error;
}
