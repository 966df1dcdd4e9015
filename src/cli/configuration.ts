/** `--config FILE`, and the board a command is about. */
import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { Option } from 'commander';
import type { BoardConfig, Config } from '../config/config.ts';
import { loadConfig } from '../config/load.ts';
import { Failure } from '../server/failure.ts';

export interface ConfigOption {
  readonly config?: string;
}

/** RGTP_NNTP_CONFIG replaces a missing option. */
export function configOption(): Option {
  return new Option('-c, --config <file>', 'configuration file (YAML)').env('RGTP_NNTP_CONFIG');
}

/** Reads the file and the environment. @throws ConfigError; Failure if the file does not exist */
export function configuration({ config }: ConfigOption): Config {
  if (config !== undefined && !existsSync(config)) {
    throw new Failure(`there is no configuration file ${config}`, undefined, { exitCode: 2 });
  }
  return loadConfig({ file: config, environment: process.env });
}

/**
 * The same for a server that runs: nothing may hold it up, and a pipe, which `-c <(…)` is, would give nothing a second time.
 *
 * @throws also Failure if it is not a regular file
 */
export function configurationAgain(options: ConfigOption): Config {
  const { config } = options;
  const isFile = config === undefined || statSync(config, { throwIfNoEntry: false })?.isFile();
  if (isFile === false) throw new Failure(`${config} is not a file that can be read again`);
  return configuration(options);
}

/** Warns before a new data folder is made: that is probably a mistake, since a command is meant for a server's data. */
export function tellNewData({ data }: Config): void {
  if (existsSync(data)) return;
  process.stderr.write(
    `rgtp-nntp: creating a new data folder, ${resolve(data)}: a server that uses another one will not see it\n`,
  );
}

/** The board of that name, or the first if there is no name. @throws Failure if there is none */
export function boardNamed({ boards }: Config, wanted: string | undefined): BoardConfig {
  const board = boards.find((one) => wanted === undefined || one.name === wanted);
  if (board !== undefined) return board;
  const known = boards.map((one) => one.name).join(', ');
  throw new Failure(`there is no board ${wanted}; there are: ${known}`, undefined, { exitCode: 2 });
}
