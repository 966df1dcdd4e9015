import type { Log, LogFields } from '../../src/wire/log.ts';

type Level = 'debug' | 'info' | 'warn' | 'error';

interface RecordedLog {
  readonly log: Log;
  /** message and fields of each line, errors with their stack */
  readonly lines: string[];
  /** the same after their level */
  readonly leveled: string[];
  /** messages alone, of the levels asked for */
  readonly messages: string[];
}

/** A log that can be read. @param levels those whose messages are kept in `messages`; default: all */
export function recordedLog(...levels: Level[]): RecordedLog {
  const recorded = { lines: [] as string[], leveled: [] as string[], messages: [] as string[] };
  const write = (level: Level) => (fields: LogFields, message: string) => {
    const line = `${message} ${JSON.stringify(fields, (_, value) => (value instanceof Error ? `${value.stack}` : value))}`;
    recorded.lines.push(line);
    recorded.leveled.push(`${level} ${line}`);
    if (levels.length === 0 || levels.includes(level)) recorded.messages.push(message);
  };
  const log: Log = {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    child: () => log,
  };
  return { log, ...recorded };
}
