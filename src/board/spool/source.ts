import { parseHex32 } from '../../rgtp/hex.ts';
import { octetsFrom, trimmed } from '../../wire/octets.ts';
import { messageOf, Trouble } from '../../wire/trouble.ts';
import { ROW_OCTETS } from '../index-log.ts';
import { type LineGroup, SpoolFolder } from './spool-folder.ts';

const MIB = 1024 * 1024;
/** octets: far more than any board has, and far less than a machine's memory */
const LARGEST = {
  index: 1024 * MIB,
  item: MIB,
  diff: 64 * MIB,
  userdatabase: 64 * MIB,
  editlog: 64 * MIB,
  motd: MIB,
  number: 1024,
} as const;

/** The folder is not a groggsd data directory. */
export class NoSpoolError extends Trouble {
  /** what is wrong with its index */
  readonly fault: string;

  constructor(path: string, fault: string) {
    super(`${path}: not a groggsd data directory (its file index ${fault})`);
    this.name = 'NoSpoolError';
    this.fault = fault;
  }
}

/** Something left out of an import, and why. */
export interface Skipped {
  readonly file: string;
  readonly reason: string;
}

/** Reads a groggsd data directory. Leaves out what can't be read, except the index, and keeps a list of it. */
export class SpoolSource {
  readonly skipped: Skipped[] = [];
  readonly #folder: SpoolFolder;

  constructor(dir: string) {
    this.#folder = new SpoolFolder(dir);
  }

  /**
   * The lines of the index. Line by line, not by offset: a row that lost an octet does not damage the rest.
   * @throws NoSpoolError
   */
  async *rows(): AsyncGenerator<LineGroup> {
    try {
      yield* this.#folder.lines('index', LARGEST.index, ROW_OCTETS);
    } catch (error) {
      throw new NoSpoolError(this.#folder.path, messageOf(error));
    }
  }

  async read(
    name: string,
    kind: keyof typeof LARGEST,
    { optional = false }: { readonly optional?: boolean } = {},
  ): Promise<Buffer | undefined> {
    try {
      const file = await this.#folder.read(name, LARGEST[kind]);
      if (file === undefined && !optional) this.skip(name, 'does not exist');
      return file;
    } catch (error) {
      this.skip(name, error);
      return undefined;
    }
  }

  async list(name: string): Promise<string[]> {
    try {
      return await this.#folder.list(name);
    } catch (error) {
      this.skip(name, error);
      return [];
    }
  }

  /** The number in a file. If it is missing or damaged, the caller derives it. */
  async number(name: string): Promise<number | undefined> {
    const file = await this.read(name, 'number');
    const number = file === undefined ? undefined : parseHex32(trimmed(octetsFrom(file)));
    if (file !== undefined && number === undefined) this.skip(name, 'not eight hexadecimal digits');
    return number;
  }

  skip(file: string, error: unknown): void {
    this.skipped.push({ file, reason: messageOf(error) });
  }
}
