/**
 * What the sample board should look like in a newsreader: `events.json` (everything that ever happened on it) read
 * through the mapping of the design, and through nothing else. This is written from the mapping, not from `src/`,
 * and shares no code with it.
 */
import { readFileSync } from 'node:fs';

interface SampleEvent {
  readonly kind: 'M' | 'I' | 'R' | 'C' | 'E' | 'withdrawn' | 'index-edit';
  readonly seq: number;
  /** unix seconds */
  readonly time: number;
  readonly item?: string;
  /** the item that a C continues */
  readonly old?: string;
  readonly user?: string;
  readonly grogname?: string;
  readonly subject?: string;
  readonly text?: readonly string[];
  readonly reason?: string;
}

interface SampleBoard {
  readonly events: readonly SampleEvent[];
  readonly users: Readonly<Record<string, string>>;
  /** old item → the item that continues it */
  readonly tail: Readonly<Record<string, string>>;
}

/** An article as a reader should see it. Text is decoded: no encoded words, no quoted strings. */
export interface ExpectedArticle {
  readonly number: number;
  readonly kind: SampleEvent['kind'];
  readonly newsgroups: readonly string[];
  /** `undefined` where the mapping leaves it open */
  readonly messageId: string | undefined;
  readonly subject: string | undefined;
  readonly from: { readonly name: string; readonly address: string } | undefined;
  /** unix seconds: the earliest and the latest that is right */
  readonly date: readonly [number, number];
  readonly references: readonly string[] | undefined;
  /** UTF-8 text with CRLF line ends */
  readonly body: string | undefined;
  /** what the body must mention, where the mapping leaves its wording open */
  readonly mentions: readonly string[];
  readonly item: string | undefined;
  readonly continuedIn: string | undefined;
}

const path = new URL('../fixtures/sample-board/events.json', import.meta.url);
// The fixture is ours and fixed; the comparison with the spool would not survive a wrong shape.
export const sampleBoard = JSON.parse(readFileSync(path, 'utf8')) as SampleBoard;

/** Lines that an editor has replaced: sequence of the post, index of the line. What was there is in no article. */
const removedLines: ReadonlyMap<number, number> = new Map([
  [133, 1],
  [501, 1],
  [643, 1],
  [685, 0],
  [813, 1],
  [1057, 2],
  [1260, 1],
]);
const removalNote = '[Removed by the Editors.]';
/** The one edit that changed a subject: item, new subject. */
const amendedSubjects: ReadonlyMap<string, string> = new Map([['O0751405', 'A subject changed by the Editors']]);

const hex8 = (n: number) => n.toString(16).toUpperCase().padStart(8, '0');

/** Latin-1, or UTF-8 where the whole is valid multi-byte UTF-8; C1 octets are windows-1252; only TAB and FF survive of the controls (none stands between letters). */
function readable(octets: string): string {
  const bytes = Uint8Array.from(octets, (c) => c.charCodeAt(0));
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    text = new TextDecoder('windows-1252').decode(bytes);
  }
  return [...text].filter((c) => c === '\t' || c === '\f' || c === '\n' || !/\p{Cc}/u.test(c)).join('');
}

/** The lines of a post on the board now: trailing white space gone, edits applied. */
export function linesOf(event: SampleEvent): readonly string[] {
  const lines = (event.text ?? []).map((line) => line.replace(/[ \t\n\v\f\r]+$/, ''));
  const removed = removedLines.get(event.seq);
  return removed === undefined ? lines : lines.with(removed, removalNote);
}

function bodyOf(event: SampleEvent): string {
  const lines = linesOf(event);
  // Boards strip the blank of a signature's separator; readers get it back.
  const text = readable(lines.join('\n')).replace(/^--$/gm, '-- ');
  return lines.length === 0 ? '' : `${text.replaceAll('\n', '\r\n')}\r\n`;
}

/** Every article of the three newsgroups, by number. */
export function expectedArticles(newsgroup: string, domain: string): ReadonlyMap<number, ExpectedArticle> {
  const { events, tail } = sampleBoard;
  const withdrawn = new Set(events.flatMap((e) => (e.kind === 'withdrawn' ? [e.item] : [])));
  const starts = new Map<string, SampleEvent>();
  for (const event of events) if (event.kind === 'I' || event.kind === 'C') starts.set(event.item ?? '', event);
  const mailbox = (userid: string) => (userid.includes('@') ? userid : `${userid}@${domain}`);
  const subjectOf = (item: string) =>
    readable(amendedSubjects.get(item) ?? (starts.get(item)?.subject ?? '').trimEnd());

  /** First articles of the items that `item` continues, oldest first, then its own. */
  function chain(item: string): readonly string[] {
    const start = starts.get(item);
    if (start === undefined) return [];
    const before = start.old === undefined || withdrawn.has(start.old) ? [] : chain(start.old);
    return [...before, `<${item}.${hex8(start.seq)}@${domain}>`];
  }

  const lastMotd = Math.max(...events.filter((e) => e.kind === 'M').map((e) => e.seq));
  const articles = new Map<number, ExpectedArticle>();
  for (const [at, event] of events.entries()) {
    const { kind, seq, time, item } = event;
    const common = {
      number: seq,
      kind,
      newsgroups: [newsgroup],
      messageId: `<${item ?? 'motd'}.${hex8(seq)}@${domain}>`,
      subject: undefined,
      from: undefined,
      date: [time, time] as const,
      references: undefined,
      body: undefined,
      mentions: [],
      item,
      continuedIn: item === undefined ? undefined : tail[item],
    };
    if (kind === 'M') {
      articles.set(seq, {
        ...common,
        newsgroups: [`${newsgroup}.motd`],
        // A board keeps only the newest message.
        body: seq === lastMotd ? bodyOf(event) : undefined,
        references: [],
      });
    } else if (kind === 'withdrawn' || kind === 'index-edit') {
      // The edit log dates in the board's local time, to the minute, without the year: its neighbours bound it.
      const before = events[at - 1]?.time ?? time;
      const after = events[at + 1]?.time ?? time;
      articles.set(seq, {
        ...common,
        newsgroups: [`${newsgroup}.edits`],
        messageId: undefined,
        date: [Math.min(before, time - 3600), Math.max(after, time + 3600)],
        mentions: [
          ...(event.reason === undefined ? [] : [event.reason]),
          ...(item === undefined ? [] : [item]),
          'ed@rgtp.test',
        ],
        continuedIn: undefined,
      });
    } else if (item === undefined || withdrawn.has(item)) {
      // A withdrawn item's articles are gone.
    } else if (kind === 'E') {
      articles.set(seq, {
        ...common,
        newsgroups: [newsgroup, `${newsgroup}.edits`],
        messageId: `<${item}.${hex8(seq)}.edit@${domain}>`,
        references: chain(item),
        mentions: ['ed@rgtp.test', ...(event.reason === undefined ? [] : [event.reason])],
      });
    } else {
      const own = chain(item);
      articles.set(seq, {
        ...common,
        subject: kind === 'R' ? `Re: ${subjectOf(item)}` : subjectOf(item),
        from: { name: readable(event.grogname ?? '').trimEnd(), address: mailbox(event.user ?? '') },
        references: kind === 'R' ? own : own.slice(0, -1),
        body: bodyOf(event),
      });
    }
  }
  return articles;
}
