import { clip } from '../../news/body.ts';
import { formatDate } from '../../news/date.ts';
import { closeDirections } from '../../news/deceptive.ts';
import { encodeText, isPlain } from '../../news/encoded-word.ts';
import { formatMailbox } from '../../news/mailbox.ts';
import type { Field } from '../../news/render.ts';
import { formatHex32 } from '../../rgtp/hex.ts';
import { type Octets, octets } from '../../wire/octets.ts';
import { newsgroupsByKind } from '../group-kinds.ts';
import { type BoardModel, PostKind } from '../model.ts';
import { textOf } from '../text.ts';
import type { Contents } from './contents.ts';
import { kindAt } from './kinds.ts';
import { type NoticeStyle, reasonOf } from './notices.ts';
import type { BoardOptions } from './options.ts';
import type { PostIds } from './post-ids.ts';
import type { Threads } from './threads.ts';

/** All headers an article can have, in order. */
const names = [
  'Path',
  'From',
  'Newsgroups',
  'Followup-To',
  'Subject',
  'Date',
  'Message-ID',
  'References',
  'Injection-Date',
  'Injection-Info',
  'MIME-Version',
  'Content-Type',
  'Content-Transfer-Encoding',
  'Archived-At',
  'X-RGTP-Item',
  'X-RGTP-Sequence',
  'X-RGTP-Continued-In',
  'X-RGTP-Notice',
  'X-RGTP-Reason',
  'Xref',
] as const;
export type HeaderName = (typeof names)[number];

const byLowerCase: ReadonlyMap<string, HeaderName> = new Map(names.map((name) => [name.toLowerCase(), name]));

/** Prefixes that mark a reply. */
const REPLIES = /^(?:re:\s*)+/i;
/** RFC 5536 §3.1.6 requires a Subject in every article. */
const NO_SUBJECT = '(no subject)';
/** Octets of a subject or reason in a header, which fit on a line even when encoded. */
const MAX_TEXT = 300;

/** X-RGTP-Notice: marks articles written by the bridge itself. */
const noticeKinds: Partial<Record<PostKind, string>> = {
  [PostKind.Edit]: 'edit',
  [PostKind.Withdrawal]: 'withdrawal',
  [PostKind.IndexEdit]: 'index-edit',
};

/** The headers of a board's articles. All but From come from the index alone. */
export class Headers {
  readonly #model: BoardModel;
  readonly #ids: PostIds;
  readonly #threads: Threads;
  readonly #contents: Contents;
  readonly #options: BoardOptions;
  readonly #style: NoticeStyle;
  readonly #archive: string;
  readonly #path: string;
  readonly #injected: string;
  readonly #byKind: readonly (readonly string[])[];

  /** Makes each header's value; an empty one means that the article has no such header. */
  readonly #values = {
    Path: (row) => this.#pathOf(row),
    From: (row, grogname) => this.#from(row, grogname),
    Newsgroups: (row) => this.#newsgroups(row).join(','),
    // A follow-up can go to only one newsgroup.
    'Followup-To': (row) => (this.#kind(row) === PostKind.Edit ? this.#options.newsgroup : ''),
    Subject: (row) => this.#subject(row),
    Date: (row) => formatDate(this.#time(row)),
    'Message-ID': (row) => this.#ids.messageId(row) ?? '',
    References: (row) => this.#threads.references(row),
    'Injection-Date': (row) => (this.#isInjected(row) ? formatDate(this.#time(row)) : ''),
    'Injection-Info': (row) => (this.#isInjected(row) ? this.#options.host : ''),
    'MIME-Version': () => '1.0',
    'Content-Type': () => 'text/plain; charset=UTF-8',
    'Content-Transfer-Encoding': () => '8bit',
    'Archived-At': (row) => this.#archivedAt(row),
    'X-RGTP-Item': (row) => this.#itemId(row),
    'X-RGTP-Sequence': (row) => formatHex32(this.#model.posts.sequences[row] ?? 0),
    'X-RGTP-Continued-In': (row) => this.#continuedIn(row),
    'X-RGTP-Notice': (row) => noticeKinds[this.#kind(row)] ?? '',
    'X-RGTP-Reason': (row) => this.#reason(row),
    Xref: (row) => this.#xref(row),
  } as const satisfies Record<HeaderName, (row: number, grogname: Octets) => string>;

  /** in order */
  readonly #all = names.map((name) => [name, this.#values[name]] as const);

  constructor(
    model: BoardModel,
    parts: { readonly ids: PostIds; readonly threads: Threads; readonly contents: Contents },
    options: BoardOptions,
    style: NoticeStyle,
  ) {
    this.#model = model;
    this.#ids = parts.ids;
    this.#threads = parts.threads;
    this.#contents = parts.contents;
    this.#options = options;
    this.#style = style;
    this.#path = `${options.host}!not-for-mail`;
    this.#injected = `${options.host}!.POSTED!not-for-mail`;
    this.#byKind = newsgroupsByKind(options.newsgroup);
    this.#archive = options.archivedAt
      .toWellFormed()
      .replace(/[^!-~]|[<>]/gu, (character) => encodeURIComponent(character));
  }

  /** One header of an article; empty if it has none. */
  value(name: HeaderName, row: number, grogname: Octets = octets``): string {
    return this.#values[name](row, grogname);
  }

  /** The header that HDR means by a lower-case name; `undefined`: no article has it. */
  static named(lowerCase: string): HeaderName | undefined {
    return byLowerCase.get(lowerCase);
  }

  /** An article's header as it is sent, with the empty line that ends it. */
  head(row: number, grogname: Octets): string {
    let head = '';
    for (const [name, make] of this.#all) {
      const value = make(row, grogname);
      if (value !== '') head += `${name}: ${value}\r\n`;
    }
    return `${head}\r\n`;
  }

  /** The same, for what needs only some of it. */
  fields(row: number, grogname: Octets): Field[] {
    const fields: Field[] = [];
    for (const name of names) {
      const value = this.value(name, row, grogname);
      if (value !== '') fields.push([name, value]);
    }
    return fields;
  }

  /** RFC 5537 §3.2: articles injected here say so; an article from another server keeps its path. */
  #pathOf(row: number): string {
    const own = this.#ids.own(row);
    if (own === undefined) return this.#path;
    return own.path ? `${this.#options.host}!${own.path}` : this.#injected;
  }

  /** Whether it was posted through this bridge without passing another server. */
  #isInjected(row: number): boolean {
    const own = this.#ids.own(row);
    return own !== undefined && !own.path;
  }

  #kind(row: number): PostKind {
    return kindAt(this.#model, row);
  }

  #time(row: number): number {
    return this.#model.posts.times[row] ?? 0;
  }

  #from(row: number, grogname: Octets): string {
    const userid = textOf(this.#contents.deed(row).userid, this.#style.charset);
    return formatMailbox(closeDirections(textOf(grogname, this.#style.charset)), closeDirections(userid), this.#style);
  }

  #newsgroups(row: number): readonly string[] {
    return this.#byKind[this.#kind(row)] ?? [];
  }

  #subject(row: number): string {
    const kind = this.#kind(row);
    if (kind === PostKind.Motd) return 'Message of the day';
    if (kind === PostKind.IndexEdit) return 'Index edited';
    // Not the item's subject, which may be why it was withdrawn.
    if (kind === PostKind.Withdrawal) return `Withdrawn: ${this.#itemId(row) || 'an item'}`;
    const item = this.#threads.itemOf(row);
    const text = textOf(item?.subject ?? octets``, this.#style.charset).trim();
    if (kind === PostKind.Edit) return `Edited: ${this.#title(text)}`;
    if (this.#threads.isFirst(row)) return this.#title(text);
    // RFC 5536 §3.1.5: exactly one `Re: `, however the item's own subject begins.
    const topic = REPLIES.test(text) ? text.replace(REPLIES, '') : text;
    return topic === '' && text !== '' ? this.#title(text) : `Re: ${this.#title(topic)}`;
  }

  #title(text: string): string {
    return this.#headerText(text) || NO_SUBJECT;
  }

  #itemId(row: number): string {
    return this.#threads.itemOf(row)?.id ?? this.#model.notice(row)?.itemId ?? '';
  }

  #continuedIn(row: number): string {
    return this.#model.items[this.#threads.itemOf(row)?.continuedIn ?? -1]?.id ?? '';
  }

  #reason(row: number): string {
    if (noticeKinds[this.#kind(row)] === undefined) return '';
    return this.#headerText(reasonOf(this.#model.notice(row), this.#style.charset));
  }

  #headerText(text: string): string {
    // The most common case, and the fastest.
    if (text.length <= MAX_TEXT && isPlain(text)) return text;
    return encodeText(closeDirections(clip(text.replaceAll('\t', ' ').trim(), MAX_TEXT)));
  }

  #archivedAt(row: number): string {
    const item = this.#itemId(row);
    if (this.#archive === '' || item === '' || this.#kind(row) === PostKind.Withdrawal) return '';
    const known: Record<string, string> = {
      item,
      sequence: formatHex32(this.#model.posts.sequences[row] ?? 0),
      newsgroup: encodeURIComponent(this.#options.newsgroup),
    };
    return `<${this.#archive.replace(/\{(\w+)\}/g, (whole, name: string) => known[name] ?? whole)}>`;
  }

  #xref(row: number): string {
    const number = this.#model.posts.numbers[row] ?? 0;
    let xref = this.#options.host;
    for (const newsgroup of this.#newsgroups(row)) xref += ` ${newsgroup}:${number}`;
    return xref;
  }
}
