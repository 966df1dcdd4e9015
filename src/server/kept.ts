import type { Config } from '../config/config.ts';
import { namedIn } from '../config/relative.ts';
import type { Kept } from '../store/target.ts';

/**
 * What no command writes over, not even with `--force`: the data, the keys, and every file that the server reads.
 *
 * @param file the configuration's own
 */
export function keptOf(config: Config, file: string | undefined): Kept {
  return { folders: [config.data, config.keys], files: [...namedIn(config), ...(file === undefined ? [] : [file])] };
}
