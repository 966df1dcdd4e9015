import {
  type Access,
  type Backend,
  type Located,
  type Newsgroup,
  type Origin,
  type Peer,
  type ReaderSession,
  Refusal,
  type RenderedArticle,
} from '../../src/nntp/backend.ts';
import { dotStuff } from '../../src/wire/dots.ts';

export interface PostedFrom extends Origin {
  readonly user: string | undefined;
  readonly peer: Peer;
}

/** Backend in memory, for tests of the NNTP front end. Everything is synchronous unless a test makes it otherwise. */
export class MemoryBackend implements Backend {
  readonly groups = new Map<string, MemoryGroup>();
  readonly ids = new Map<string, Located>();
  /** name → password */
  readonly users = new Map<string, string>([['alice', 'secret']]);
  motdLines: readonly string[] = [];
  /** what a session may do before login, and after */
  guest: Access = { read: true, post: true, loginHelps: true };
  member: Access = { read: true, post: true, loginHelps: false };
  readers = 0;
  readonly posted: { readonly article: Buffer; readonly context: PostedFrom }[] = [];
  /** takes posts instead, where not everything is to be accepted */
  onPost: ((article: Buffer, context: PostedFrom) => Promise<string>) | undefined;
  onLogin: ((user: string, password: string, peer: Peer) => Promise<string>) | undefined;
  /** other servers show the same newsgroups: catches up with them */
  company: ((newsgroups?: readonly string[]) => Promise<void>) | undefined;
  /** Message-IDs of what is being sent by other servers */
  readonly arriving = new Set<string>();
  #suggestions = 0;

  add(name: string, options: Partial<Pick<MemoryGroup, 'description' | 'created' | 'creator'>> = {}): MemoryGroup {
    const group = new MemoryGroup(name, this);
    Object.assign(group, options);
    this.groups.set(name, group);
    return group;
  }

  /** A session asks the methods below, so that a test can replace any of them. */
  connect(peer: Peer): ReaderSession {
    return new MemorySession(this, peer);
  }

  access(user: string | undefined): Access {
    return user === undefined ? this.guest : this.member;
  }

  async login(user: string, password: string, peer: Peer): Promise<string> {
    if (this.onLogin) return this.onLogin(user, password, peer);
    if (this.users.get(user) !== password) throw new Refusal('bad-credentials', 'wrong user or password');
    return user;
  }

  newsgroups(user: string | undefined): readonly Newsgroup[] {
    return [...this.groups.values()].filter((group) => user !== undefined || !group.hidden);
  }

  newsgroup(name: string, user: string | undefined): Newsgroup | undefined {
    const group = this.groups.get(name);
    if (group?.hidden && user === undefined) throw new Refusal('login-required', 'log in to read it');
    return group;
  }

  find(messageId: string, user: string | undefined): Located | undefined {
    const located = this.ids.get(messageId);
    return located && (user !== undefined || !this.groups.get(located.group.name)?.hidden) ? located : undefined;
  }

  motd(): readonly string[] {
    return this.motdLines;
  }

  suggestMessageId(): string {
    return `<suggested.${++this.#suggestions}@example.net>`;
  }

  async post(article: Buffer, context: PostedFrom): Promise<string> {
    if (this.onPost) return this.onPost(article, context);
    const text = article.toString('utf8');
    const headers = text.slice(0, text.indexOf('\r\n\r\n'));
    const field = (name: string) => new RegExp(`^${name}:[ \\t]*(.*)$`, 'im').exec(headers)?.[1]?.trim();
    const group = this.groups.get(field('Newsgroups') ?? '');
    if (!group) throw new Refusal('rejected', 'Newsgroups: no such newsgroup');
    const messageId = field('Message-ID') ?? context.suggested;
    if (messageId === undefined) throw new Refusal('rejected', 'Message-ID: missing');
    if (this.ids.has(messageId)) throw new Refusal('duplicate', 'Duplicate');
    this.posted.push({ article, context });
    const named = field('Message-ID') === undefined ? `Message-ID: ${messageId}\r\n${text}` : text;
    group.put(messageId, named);
    return messageId;
  }

  offer(messageId: string): 'yes' | 'held' | 'later' {
    if (this.ids.has(messageId)) return 'held';
    return this.arriving.has(messageId) ? 'later' : 'yes';
  }
}

/** A class, as real sessions are: the bench counts what a connection holds. */
class MemorySession implements ReaderSession {
  readonly #backend: MemoryBackend;
  readonly #peer: Peer;
  #user: string | undefined;

  constructor(backend: MemoryBackend, peer: Peer) {
    this.#backend = backend;
    this.#peer = peer;
    backend.readers++;
  }

  get access(): Access {
    return this.#backend.access(this.#user);
  }

  async login(name: string, password: string): Promise<string> {
    this.#user = await this.#backend.login(name, password, this.#peer);
    return this.#user;
  }

  get inCompany(): boolean {
    return this.#backend.company !== undefined;
  }

  async catchUp(newsgroups?: readonly string[]): Promise<void> {
    await this.#backend.company?.(newsgroups);
  }

  newsgroups(): readonly Newsgroup[] {
    return this.#backend.newsgroups(this.#user);
  }

  newsgroup(name: string): Newsgroup | undefined {
    return this.#backend.newsgroup(name, this.#user);
  }

  status({ name }: Newsgroup): 'y' | 'n' | 'm' {
    if (this.#backend.groups.get(name)?.moderated === true) return 'm';
    return this.access.post ? 'y' : 'n';
  }

  find(messageId: string): Located | undefined {
    return this.#backend.find(messageId, this.#user);
  }

  motd(): readonly string[] {
    return this.#backend.motd();
  }

  suggestMessageId(): string {
    return this.#backend.suggestMessageId();
  }

  offer(messageId: string): 'yes' | 'held' | 'later' {
    return this.#backend.offer(messageId);
  }

  arriving(messageId: string): () => void {
    this.#backend.arriving.add(messageId);
    return () => void this.#backend.arriving.delete(messageId);
  }

  post(article: Buffer, origin: Origin): Promise<string> {
    return this.#backend.post(article, { ...origin, user: this.#user, peer: this.#peer });
  }

  close(): void {
    this.#backend.readers--;
  }
}

interface Stored extends RenderedArticle {
  readonly number: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly octets: number;
  readonly lines: number;
  readonly arrived: number;
}

const LINES_A_PIECE = 200;

export class MemoryGroup implements Newsgroup {
  readonly name: string;
  readonly #backend: MemoryBackend;
  readonly #articles = new Map<number, Stored>();
  #numbers: number[] = [];
  description = 'A group';
  created = Date.UTC(2026, 0, 1) / 1000;
  creator = 'editor@example.net';
  low = 1;
  high = 0;
  moderated = false;
  hidden = false;
  /** asked before an article's text is given: a test can delay it, or make it fail */
  onArticle: ((number: number) => Promise<void> | undefined) | undefined;

  constructor(name: string, backend: MemoryBackend) {
    this.name = name;
    this.#backend = backend;
  }

  /** Adds an article with CRLF line ends, not dot-stuffed. Returns its number. */
  put(messageId: string, text: string, number = this.high + 1, arrived = Date.now() / 1000): number {
    const [head = '', ...rest] = text.split('\r\n\r\n');
    const body = rest.join('\r\n\r\n');
    const headers = new Map<string, string>();
    for (const line of head.replace(/\r\n[ \t]+/g, ' ').split('\r\n')) {
      const colon = line.indexOf(':');
      headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
    }
    headers.set('message-id', messageId);
    if (!headers.has('xref')) headers.set('xref', `news.example.net ${this.name}:${number}`);
    const bytes = dotStuff(Buffer.from(text));
    const lines = body === '' ? 0 : body.split('\r\n').length - (body.endsWith('\r\n') ? 1 : 0);
    const stored: Stored = {
      messageId,
      bytes,
      bodyStart: bytes.indexOf('\r\n\r\n') + 4,
      answer: Buffer.concat([Buffer.from(`220 ${number} ${messageId}\r\n`), bytes]),
      number,
      headers,
      octets: Buffer.byteLength(text),
      lines,
      arrived,
    };
    this.#articles.set(number, stored);
    this.#numbers.push(number);
    this.#numbers.sort((a, b) => a - b);
    this.high = Math.max(this.high, number);
    this.low = this.#numbers[0] ?? this.high + 1;
    this.#backend.ids.set(messageId, { group: this, number });
    return number;
  }

  remove(number: number): void {
    const stored = this.#articles.get(number);
    if (!stored) return;
    this.#articles.delete(number);
    this.#backend.ids.delete(stored.messageId);
    this.#numbers = this.#numbers.filter((other) => other !== number);
    this.low = this.#numbers[0] ?? this.high + 1;
  }

  get known(): number {
    return this.high;
  }

  get count(): number {
    return this.#numbers.length;
  }

  messageId(number: number): string | undefined {
    return this.#articles.get(number)?.messageId;
  }

  atOrAfter(number: number): number | undefined {
    return this.#numbers.find((other) => other >= number);
  }

  atOrBefore(number: number): number | undefined {
    return this.#numbers.findLast((other) => other <= number);
  }

  *numbers(low: number, high: number): Generator<Uint32Array> {
    yield Uint32Array.from(this.#numbers.filter((number) => number >= low && number <= high));
  }

  article(number: number): RenderedArticle | undefined | Promise<RenderedArticle | undefined> {
    return this.onArticle?.(number)?.then(() => this.#articles.get(number)) ?? this.#articles.get(number);
  }

  *overview(low: number, high: number): Generator<Buffer | Promise<Buffer>> {
    for (const some of this.#within(low, high)) {
      const lines = Buffer.from(some.map(overviewLine).join(''));
      yield this.#afterHooks(some, lines);
    }
  }

  *header(field: string, low: number, high: number): Generator<Buffer | Promise<Buffer>> {
    for (const some of this.#within(low, high)) {
      const lines = Buffer.from(some.map((stored) => `${stored.number} ${headerOf(stored, field)}\r\n`).join(''));
      yield this.#afterHooks(some, lines);
    }
  }

  *arrivedSince(seconds: number): Generator<string> {
    for (const stored of this.#articles.values()) if (stored.arrived >= seconds) yield stored.messageId;
  }

  #afterHooks(some: readonly Stored[], lines: Buffer): Buffer | Promise<Buffer> {
    const waits = some.flatMap(({ number }) => this.onArticle?.(number) ?? []);
    return waits.length > 0 ? Promise.all(waits).then(() => lines) : lines;
  }

  *#within(low: number, high: number): Generator<Stored[]> {
    let some: Stored[] = [];
    for (const number of this.#numbers) {
      const stored = number >= low && number <= high ? this.#articles.get(number) : undefined;
      if (stored) some.push(stored);
      if (some.length < LINES_A_PIECE) continue;
      yield some;
      some = [];
    }
    if (some.length > 0) yield some;
  }
}

function headerOf(stored: Stored, field: string): string {
  if (field === ':bytes') return String(stored.octets);
  if (field === ':lines') return String(stored.lines);
  return (stored.headers.get(field) ?? '').replace(/[\t\r\n\0]/g, ' ');
}

const OVERVIEW = ['subject', 'from', 'date', 'message-id', 'references', ':bytes', ':lines'];

function overviewLine(stored: Stored): string {
  const columns = OVERVIEW.map((field) => headerOf(stored, field));
  return `${[stored.number, ...columns, `Xref: ${headerOf(stored, 'xref')}`].join('\t')}\r\n`;
}
