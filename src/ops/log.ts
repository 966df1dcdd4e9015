/** The log: JSON lines, or pretty on a terminal; secrets masked; its level adjustable at run time. */
import { type DestinationStream, type Logger, pino } from 'pino';
import { prettyFactory } from 'pino-pretty';
import type { Log } from '../wire/log.ts';
import { logOutput } from './log-output.ts';
import { redact, redactLine } from './redact.ts';

const weight = { debug: 20, info: 30, warn: 40, error: 50, silent: 100 } as const;
export type Level = keyof typeof weight;

export interface LogOptions {
  readonly level: Level;
  /** `auto`: pretty if standard error is a terminal */
  readonly format: 'auto' | 'pretty' | 'json';
  /** default: standard error */
  readonly to?: DestinationStream;
}

export interface AdjustableLog extends Log {
  /** For this log and all its children, present and future. */
  setLevel(level: Level): void;
  /** lines that could not be written */
  readonly lost?: number;
}

export function openLog({ level, format, to }: LogOptions): AdjustableLog {
  const plain = format === 'json' || (format === 'auto' && !process.stderr.isTTY);
  const output = logOutput((lines) => missing(lines, plain));
  const destination = to ?? output;
  const stream = plain ? destination : prettied(destination, to === undefined);
  const logger = pino(
    {
      level: 'debug',
      base: null,
      formatters: { level: (label) => ({ level: label }), log: redact },
      hooks: { streamWrite: redactLine },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    stream,
  );
  const threshold = { weight: weight[level] };
  return {
    ...wrap(logger, threshold),
    setLevel(changed) {
      threshold.weight = weight[changed];
    },
    get lost() {
      return output.lost;
    },
  };
}

function missing(lines: number, plain: boolean): string {
  const msg = 'lines of the log are missing: they could not be written';
  const entry = { level: 'warn', time: new Date().toISOString(), lines, msg };
  return plain ? `${JSON.stringify(entry)}\n` : `${lines} ${msg}\n`;
}

/** Synchronous, so that an exit does not lose the last line. */
function prettied(destination: DestinationStream, colorize: boolean): DestinationStream {
  const prettify = prettyFactory({ colorize, translateTime: 'SYS:HH:MM:ss', singleLine: true });
  return { write: (line) => destination.write(prettify(line)) };
}

/** pino's children keep the level at their creation; these look it up. */
function wrap(logger: Logger, threshold: { readonly weight: number }): Log {
  return {
    debug(fields, message) {
      if (threshold.weight <= weight.debug) logger.debug(fields, message);
    },
    info(fields, message) {
      if (threshold.weight <= weight.info) logger.info(fields, message);
    },
    warn(fields, message) {
      if (threshold.weight <= weight.warn) logger.warn(fields, message);
    },
    error(fields, message) {
      if (threshold.weight <= weight.error) logger.error(fields, message);
    },
    child: (fields) => wrap(logger.child(redact(fields)), threshold),
    isWritten: (level) => threshold.weight <= weight[level],
  };
}
