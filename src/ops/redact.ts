/** Keeps secrets out of logs: a second line of defence, since no module should log them at all. */
import { pino } from 'pino';
import { isTrouble, reasonOf } from '../wire/trouble.ts';

const secretName = /secret|passw|^pass$|proof|credential|authorization|private|^key$/i;
const mask = '[redacted]';

/**
 * A copy of `fields` with the values of secret-sounding names masked, to a depth of six. An error that is not a bug
 * becomes its `reason`: it does not matter where in the program a board was found to be away.
 */
export function redact(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) =>
      name === 'err' && isTrouble(value) ? ['reason', reasonOf(value)] : [name, redactValue(name, value, 0)],
    ),
  );
}

function redactValue(name: string, value: unknown, depth: number): unknown {
  if (secretName.test(name) && typeof value !== 'boolean' && value !== undefined) return mask;
  if (typeof value !== 'object' || value === null || depth >= 6) return value;
  // pino writes an error as `{}` unless it is under `err`.
  if (isTrouble(value)) return reasonOf(value);
  if (value instanceof Error) return name === 'err' && depth === 0 ? value : pino.stdSerializers.err(value);
  if (Buffer.isBuffer(value)) return `${value.length} octets`;
  if (Array.isArray(value)) return value.map((inner) => redactValue('', inner, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([inner, content]) => [inner, redactValue(inner, content, depth + 1)]),
  );
}

/** Masks the argument of a login command anywhere in a log line (RFC 4643 §2.3, §2.4). */
export function redactLine(line: string): string {
  return line.replace(/(AUTHINFO\s+(?:PASS|SASL\s+\S+))\s+(?:[^"\\\s]|\\.)+/gi, `$1 ${mask}`);
}
