import type { Text } from './octets.ts';

/**
 * What a log line carries beside its message. A cause goes under `err`, where the log writes its stack; under `error`
 * it would come out as `{}`, so that key does not compile.
 */
export interface LogFields {
  readonly err?: unknown;
  readonly error?: never;
  readonly [field: string]: unknown;
}

/** What modules log to. pino's `Logger` is one; the composition root makes it and hands it down. */
export interface Log {
  debug(fields: LogFields, message: Text): void;
  info(fields: LogFields, message: Text): void;
  warn(fields: LogFields, message: Text): void;
  error(fields: LogFields, message: Text): void;
  child(fields: LogFields): Log;
}

/** Writes nothing. */
export const silent: Log = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => silent,
};
