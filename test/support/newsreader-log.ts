import { readFileSync } from 'node:fs';
import { MemoryBackend, type MemoryGroup } from './memory-backend.ts';

/** One command of a recorded newsreader and what it was answered. */
export interface Recorded {
  readonly command: string;
  /** lines of an article sent after a 340, as sent: dots stuffed, the last one a dot */
  readonly article: readonly string[];
  /** codes of the answers: one, or for a post two; none where the client did not wait */
  readonly codes: readonly number[];
}

export interface RecordedLog {
  /** by connection, in the order they were opened */
  readonly connections: readonly (readonly Recorded[])[];
  readonly backend: MemoryBackend;
}

interface Event {
  readonly connection: string;
  readonly from: string;
  readonly text: string;
}

const LINE = /^(\d+)\s+\d+ ([CS-]): (.*)$/;
const STATUS = /^[1-5]\d\d( |$)/;

export function readLog(name: string): RecordedLog {
  const text = readFileSync(new URL(`../fixtures/newsreaders/${name}`, import.meta.url), 'utf8');
  const events = text.split('\n').flatMap((line): Event[] => {
    const [, connection, from, said] = LINE.exec(line) ?? [];
    return connection === undefined || from === undefined || said === undefined
      ? []
      : [{ connection, from, text: said }];
  });
  const ids = [...new Set(events.map(({ connection }) => connection))];
  const connections = ids.map((id) => commandsOf(events.filter(({ connection }) => connection === id)));
  return { connections, backend: worldOf(events) };
}

/**
 * Puts commands and status lines together: both are in order, and a line that is neither belongs to an article or a
 * block.
 */
function commandsOf(events: readonly Event[]): Recorded[] {
  const commands: { command: string; article: string[]; codes: number[] }[] = [];
  // The greeting answers no command.
  let answered = -1;
  let posting: { article: string[] } | undefined;
  for (const { from, text } of events) {
    if (text === '[EOF]') continue;
    if (from === 'C' && posting) {
      posting.article.push(text);
      if (text === '.') posting = undefined;
    } else if (from === 'C') commands.push({ command: text, article: [], codes: [] });
    else if (from === 'S' && STATUS.test(text)) {
      const command = commands[answered];
      command?.codes.push(Number(text.slice(0, 3)));
      if (text.startsWith('340') || text.startsWith('335')) posting = command;
      else answered++;
    }
  }
  return commands;
}

/** The newsgroups and articles that the log mentions, so that the same numbers and ids are there. */
function worldOf(events: readonly Event[]): MemoryBackend {
  const backend = new MemoryBackend();
  const marks = new Map<string, { low: number; high: number }>();
  const named = new Map<string, Map<number, string>>();
  const selected = new Map<string, string>();
  for (const { connection, from, text } of events) {
    if (from !== 'S') continue;
    const [, low, high, group] = /^211 \d+ (\d+) (\d+) (\S+)/.exec(text) ?? [];
    if (group !== undefined) {
      // The first time it is shown is before the log's own posts.
      if (!marks.has(group)) marks.set(group, { low: Number(low), high: Number(high) });
      selected.set(connection, group);
    }
    const [, number, id] =
      /^(?:22[0-3] | {2})(\d+) ?.*?(<[^\s<>]+@[^\s<>]+>)/.exec(
        text.replace(/\t.*?(?=\t<[^\s<>@]+@[^\s<>]+>\t)/, ' '),
      ) ?? [];
    const current = selected.get(connection);
    if (number === undefined || id === undefined || number === '0' || current === undefined) continue;
    named.set(current, (named.get(current) ?? new Map<number, string>()).set(Number(number), id));
  }
  for (const group of ['control', 'test.general', 'test.threads', 'test.utf8']) backend.add(group);
  for (const [name, { low, high }] of marks)
    fill(backend.groups.get(name) ?? backend.add(name), low, high, named.get(name));
  // Ids that are asked for without their number.
  const other = backend.groups.get('test.general');
  for (const { from, text } of events) {
    const [, id] = /^220 0 (<\S+>)/.exec(text) ?? [];
    if (from === 'S' && id !== undefined && !backend.ids.has(id)) other?.put(id, 'Subject: x\r\n\r\nx\r\n');
  }
  return backend;
}

function fill(group: MemoryGroup, low: number, high: number, ids: ReadonlyMap<number, string> | undefined): void {
  for (let number = low; number <= high; number++) {
    const id = ids?.get(number) ?? `<${number}.${group.name}@filler.example.net>`;
    group.put(id, `Path: x\r\nNewsgroups: ${group.name}\r\nSubject: Item ${number}\r\n\r\nText\r\n.dot\r\n`, number);
  }
}
