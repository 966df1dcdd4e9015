/** Keeps secrets out of logs, whatever a module hands over. Modules should not log them in the first place. */
import { pino } from 'pino';

const secretName = /secret|passw|^pass$|proof|credential|authorization|private|^key$/i;
const mask = '[redacted]';

/** A copy of `fields` in which values with a secret's name are masked, at any depth up to six. */
export function redact(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, redactValue(name, value, 0)]));
}

function redactValue(name: string, value: unknown, depth: number): unknown {
  if (secretName.test(name) && typeof value !== 'boolean' && value !== undefined) return mask;
  if (typeof value !== 'object' || value === null || depth >= 6) return value;
  // pino writes an error as `{}` unless it stands under `err`.
  if (value instanceof Error) return name === 'err' && depth === 0 ? value : pino.stdSerializers.err(value);
  if (Buffer.isBuffer(value)) return `${value.length} octets`;
  if (Array.isArray(value)) return value.map((inner) => redactValue('', inner, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([inner, content]) => [inner, redactValue(inner, content, depth + 1)]),
  );
}

/** A log line in which the argument of a login command is masked (RFC 4643 §2.3, §2.4), in whatever text it stands. */
export function redactLine(line: string): string {
  return line.replace(/(AUTHINFO\s+(?:PASS|SASL\s+\S+))\s+(?:[^"\\\s]|\\.)+/gi, `$1 ${mask}`);
}
