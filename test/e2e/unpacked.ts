import { chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { unpackedPackages } from './clients.ts';

/** uid and gid of Debian's user news */
const NEWS = 9;

/**
 * Packages that `.ci/clients.sh` unpacked, as they would be installed: in a mount namespace of each program of them, where
 * their files are in /usr, and /etc and /var/spool have files of this test. Needs root, like the servers themselves.
 */
export class Unpacked implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'unpacked-'));

  constructor() {
    mkdirSync(join(this.#folder, 'etc'));
    mkdirSync(join(this.#folder, 'spool'));
  }

  /** A file or folder of /var/spool, from outside. */
  spool(...path: string[]): string {
    return join(this.#folder, 'spool', ...path);
  }

  /** Writes /etc/NAME, for root and the group news. */
  configure(name: string, lines: readonly string[]): void {
    const path = join(this.#folder, 'etc', name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${lines.join('\n')}\n`, { mode: 0o640 });
    chownSync(path, 0, NEWS);
  }

  /** A folder in /var/spool that belongs to news. */
  folder(name: string): void {
    mkdirSync(this.spool(name), { recursive: true });
    chownSync(this.spool(name), NEWS, NEWS);
  }

  /** A file in /var/spool that belongs to news. */
  file(name: string, text: string): void {
    writeFileSync(this.spool(name), text);
    chownSync(this.spool(name), NEWS, NEWS);
  }

  /** Program and arguments that run `command` there. */
  inside(...command: readonly string[]): [string, string[]] {
    const script = [
      'mount -t overlay -o lowerdir="$2/usr":/usr overlay /usr',
      'mount -t overlay -o lowerdir="$1/etc:$2/etc":/etc overlay /etc',
      'mount --bind "$1/spool" /var/spool',
      'shift 2',
      'exec "$@"',
    ];
    return ['unshare', ['--mount', 'sh', '-ec', script.join('\n'), 'sh', this.#folder, unpackedPackages, ...command]];
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
