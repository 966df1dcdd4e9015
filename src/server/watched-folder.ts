/** What an operator watches in the data folder: free space, and the last backup. */
import { statfs } from 'node:fs/promises';
import type { Config } from '../config/config.ts';
import type { DiskStatus } from '../ops/status.ts';
import { lastBackup } from './last-backup.ts';

/** ms between two checks */
const EVERY = 10_000;

/**
 * Checks now and then in the background: a disk that hangs must not keep a health check or a scrape waiting. They see
 * the result of the last check.
 */
export class WatchedFolder {
  readonly #config: Pick<Config, 'data'>;
  readonly #timer: NodeJS.Timeout;
  #looking = false;
  disk: DiskStatus | undefined;
  /** unix ms; `undefined`: none is known */
  backup: number | undefined;

  static async open(config: Pick<Config, 'data'>): Promise<WatchedFolder> {
    const folder = new WatchedFolder(config);
    await folder.look();
    return folder;
  }

  private constructor(config: Pick<Config, 'data'>) {
    this.#config = config;
    this.#timer = setInterval(() => void this.look(), EVERY).unref();
  }

  /** Never rejects. */
  async look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      const { bavail, bsize, blocks, ffree, files } = await statfs(this.#config.data);
      this.disk = { freeOctets: bavail * bsize, octets: blocks * bsize, freeFiles: ffree, files };
      this.backup = lastBackup(this.#config);
    } catch {
      this.disk = undefined;
    } finally {
      this.#looking = false;
    }
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
