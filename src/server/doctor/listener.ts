/**
 * Which processes listen on a port, or hold a file. Read from /proc: Linux only, and only for processes that this user
 * may inspect.
 */
import { readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';

export interface Holder {
  readonly pid: number;
  /** `name (pid 123)` */
  readonly shown: string;
  /** if it is an rgtp-nntp: `serve`, `board` */
  readonly command: string | undefined;
}

/** Who listens on a port; `undefined` if that can't be found. */
export function listenerOf(port: number): Holder | undefined {
  const sockets = new Set(['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) => listening(table, port)));
  return sockets.size === 0 ? undefined : holderOf((target) => sockets.has(target));
}

/** Who has a file open; `undefined` if nobody has, or that can't be found. */
export function holderOfFile(path: string): Holder | undefined {
  const real = attempt(() => realpathSync(path));
  return real === undefined ? undefined : holderOf((target) => target === real);
}

function holderOf(wanted: (target: string) => boolean): Holder | undefined {
  for (const pid of entries('/proc').filter((name) => /^\d+$/.test(name))) {
    const holds = entries(`/proc/${pid}/fd`).some((fd) =>
      wanted(attempt(() => readlinkSync(`/proc/${pid}/fd/${fd}`)) ?? ''),
    );
    if (holds) return { pid: Number(pid), ...namesOf(pid) };
  }
  return undefined;
}

/** Sockets listening on that port, by their names in `/proc/PID/fd`. */
function listening(table: string, port: number): string[] {
  const lines = (attempt(() => readFileSync(table, 'latin1')) ?? '').split('\n').slice(1);
  return lines.flatMap((line) => {
    const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
    const matches = state === '0A' && Number.parseInt(local?.split(':')[1] ?? '', 16) === port;
    return matches ? [`socket:[${inode}]`] : [];
  });
}

function namesOf(pid: string): Omit<Holder, 'pid'> {
  const words = (attempt(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8')) ?? '')
    .split('\0')
    .filter((word) => word !== '')
    .map((word) => word.split('/').at(-1) ?? '');
  const said = words.join(' ');
  const name = said === '' ? 'a process' : said.slice(0, 60);
  // The command comes after the program, or after node and the program.
  const command = words.slice(1).find((word) => /^[a-z]+$/.test(word));
  return { shown: `${name} (pid ${pid})`, command };
}

function entries(folder: string): string[] {
  return attempt(() => readdirSync(folder)) ?? [];
}

/** `undefined` if reading fails: gone, or not permitted. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
