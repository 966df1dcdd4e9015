/** Node, the data folder, and free disk space. */
import { accessSync, constants, existsSync, readdirSync, statfsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Config } from '../../config/config.ts';
import { lastBackup } from '../last-backup.ts';
import { versionLine } from '../version.ts';
import { type Finding, fail, ok, reasonOf, warn } from './finding.ts';

const little = 1 << 30;
const tooLittle = 64 << 20;
const DAY = 86_400_000;
/** a file may have disappeared in the meantime */
const quiet = { throwIfNoEntry: false } as const;

export function* examineSystem({ data }: Config, now = Date.now()): Generator<Finding> {
  yield ok(versionLine());
  const folder = nearest(resolve(data));
  try {
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    yield ok(existsSync(data) ? `data in ${data}` : `data will be created in ${data}`);
    if (existsSync(data) && (statSync(data).mode & 0o077) !== 0) {
      yield warn(`${data} is accessible to other users`, `chmod 700 ${data}: it holds keys and secrets.`);
    }
  } catch (error) {
    yield fail(
      `data in ${data}: ${reasonOf(error)}`,
      `Make ${folder} readable and writable for this user, or set data.`,
    );
  }
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  const room = `${(free / 2 ** 30).toFixed(1)} GiB free on the disk of ${data}`;
  if (free < tooLittle) yield fail(room, 'Free some space: posts cannot be stored on a full disk.');
  else if (free < little) yield warn(room, "Free some space, or lower the boards' cache.disk.");
  else yield ok(room);
  if (existsSync(data)) {
    yield examineClock(data, now);
    yield examineBackup(data, now);
  }
}

/** A clock behind the newest file in the data folder is wrong. */
function examineClock(data: string, now: number): Finding {
  const newest = Math.max(0, ...readdirSync(data).map((name) => statSync(join(data, name), quiet)?.mtimeMs ?? 0));
  const ahead = Math.round((newest - now) / 1000);
  if (ahead < 120) return ok(`the clock says ${new Date(now).toISOString().slice(0, 16).replace('T', ' ')} UTC`);
  return fail(
    `the clock is wrong: ${data} has files from ${ahead} s in the future`,
    'Set it (timedatectl), and keep it right with NTP.',
  );
}

function examineBackup(data: string, now: number): Finding {
  const made = lastBackup({ data });
  if (made === undefined) return ok('no backup is known: make one with rgtp-nntp backup FOLDER');
  const days = Math.floor((now - made) / DAY);
  const what = `the last backup is ${days} ${days === 1 ? 'day' : 'days'} old`;
  return days > 7 ? warn(what, 'Make one every day: rgtp-nntp backup --force FOLDER.') : ok(what);
}

/** The folder, or its nearest existing parent. */
function nearest(folder: string): string {
  return existsSync(folder) || dirname(folder) === folder ? folder : nearest(dirname(folder));
}
