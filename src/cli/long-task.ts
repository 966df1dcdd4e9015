/** What commands that work for a while have in common, besides their `Progress`. */

import type { Config } from '../config/config.ts';
import { type AdjustableLog, openLog } from '../ops/log.ts';

/** By default, the log of a command has only errors: the rest is in its output. */
export function taskLog({ log }: Config): AdjustableLog {
  return openLog({ ...log, level: log.level === 'info' ? 'error' : log.level });
}

/** Aborted by SIGTERM or SIGINT, so that the command can clean up. */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => controller.abort());
  return controller.signal;
}
