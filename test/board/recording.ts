import { readFileSync } from 'node:fs';

/** What one client sent at once, and all that came back on that connection before anybody sent more. */
export interface Step {
  readonly connection: string;
  /** octets, line ends as recorded */
  readonly sent: string[];
  /** lines without CRLF */
  readonly received: string[];
  /** texts were left out of the recording here */
  elided: boolean;
  /** the server closed the connection after this */
  closed: boolean;
  /** a new connection begins with this */
  readonly opens: boolean;
  /** the last note before it that begins a part (`# --- …`) */
  readonly part: string;
}

const FOLDER = new URL('../fixtures/rgtp/', import.meta.url);
const BANNER = /^230 .* server ready/;
const LEFT_OUT = /left out\)|^\.\.\.$|only the end/;

/** A recorded session in the order in which it happened, all connections together. */
export function readSteps(file: string): Step[] {
  const steps: Step[] = [];
  const fresh = new Set<string>();
  const met = new Set<string>();
  let part = '';
  let banners = 0;
  for (const raw of readFileSync(new URL(`${file}.txt`, FOLDER), 'latin1').split('\n')) {
    const [, side, connection = '', text = ''] = /^([CS])(\d?): (.*)$/s.exec(raw) ?? [];
    const last = steps.at(-1);
    if (side === undefined) {
      if (raw.startsWith('# ---')) part = raw.slice(6);
      if (last !== undefined && raw.includes('server closed the connection')) {
        last.closed = true;
        fresh.add(last.connection);
      } else if (last !== undefined && LEFT_OUT.test(raw.slice(2))) last.elided = true;
      continue;
    }
    const line = octetsOf(text);
    if (side === 'S') {
      if (BANNER.test(line)) {
        banners++;
        if (connection === '') fresh.add('');
      } else if (last !== undefined) last.received.push(line);
      continue;
    }
    const opens = !met.has(connection) || (fresh.has(connection) && banners > 0);
    if (last !== undefined && last.connection === connection && last.received.length === 0 && !last.elided && !opens) {
      last.sent.push(endOf(text, line));
      continue;
    }
    met.add(connection);
    fresh.delete(connection);
    steps.push({
      connection,
      sent: [endOf(text, line)],
      received: [],
      elided: false,
      closed: false,
      opens,
      part,
    });
  }
  return steps;
}

function octetsOf(text: string): string {
  return text
    .replace(/ {2}\(only .*\)$/, '')
    .replace(/\\r\\n$|\\n$/, '')
    .replace(/\\(?:x([0-9a-f]{2})|r|\\)/g, (match, hex: string | undefined) => {
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
      return match === '\\r' ? '\r' : '\\';
    });
}

/** With the line end that was sent. */
function endOf(escaped: string, line: string): string {
  const text = escaped.replace(/ {2}\(only .*\)$/, '');
  if (text.endsWith('\\r\\n')) return `${line}\r\n`;
  return text.endsWith('\\n') ? `${line}\n` : line;
}
