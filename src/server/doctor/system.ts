/** Node, the data folder, and free disk space. */
import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Config } from '../../config/config.ts';
import { versionLine } from '../version.ts';
import { type Finding, fail, ok, reasonOf, warn } from './finding.ts';

const little = 1 << 30;
const tooLittle = 64 << 20;

export function* examineSystem({ data }: Config): Generator<Finding> {
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
}

/** The folder, or its nearest existing parent. */
function nearest(folder: string): string {
  return existsSync(folder) || dirname(folder) === folder ? folder : nearest(dirname(folder));
}
