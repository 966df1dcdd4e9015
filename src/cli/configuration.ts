/** `--config FILE`, the same for every command. */
import { existsSync } from 'node:fs';
import { Option } from 'commander';
import type { BoardConfig, Config } from '../config/config.ts';
import { loadConfig } from '../config/load.ts';
import { Failure } from '../server/failure.ts';

export interface ConfigOption {
  readonly config?: string;
}

/** Takes the file's name from RGTP_NNTP_CONFIG where the option is not given. */
export function configOption(): Option {
  return new Option('-c, --config <file>', 'configuration file (YAML)').env('RGTP_NNTP_CONFIG');
}

/** The configuration from that file and the environment. Throws `ConfigError`, or `Failure` where there is no such file. */
export function configuration({ config }: ConfigOption): Config {
  if (config !== undefined && !existsSync(config)) {
    throw new Failure(`there is no configuration file ${config}`, undefined, { exitCode: 2 });
  }
  return loadConfig({ file: config, environment: process.env });
}

/** The board of that name, or the first one. Throws `Failure` where there is none. */
export function boardNamed({ boards }: Config, wanted: string | undefined): BoardConfig {
  const board = boards.find((one) => wanted === undefined || one.name === wanted);
  if (board !== undefined) return board;
  const known = boards.map((one) => one.name).join(', ');
  throw new Failure(`there is no board ${wanted}; there are: ${known}`, undefined, { exitCode: 2 });
}
