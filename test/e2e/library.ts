import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';

/** How a program in `libraries/` is started, and what its library can do. */
export interface LibraryKind {
  readonly name: string;
  /** the file of its library */
  readonly needs: string;
  readonly version: string | (() => string);
  readonly quirks?: readonly string[];
  readonly command: readonly [string, ...string[]];
  /** run once, before the first start */
  readonly build?: readonly [string, ...string[]];
  readonly environment?: Readonly<Record<string, string>>;
  /** what it can't do; `empty`: read an article without text (it ends the program); `dots`: take away those that are doubled */
  readonly lacks: readonly ('dots' | 'empty' | 'nntps' | 'over' | 'references' | 'starttls')[];
}

/** An article as its library gives it: octets, one character each. */
export interface FetchedArticle {
  /** lower-case name: value */
  readonly headers: ReadonlyMap<string, string>;
  readonly lines: readonly string[];
}

/** A refusal by the server, in its words as far as the library passes them on. */
export class LibraryRefusal extends Error {}

/**
 * A program that reads verbs from standard input and does each with an NNTP library. A request is one line of words
 * with tabs between them; the answer is a line `=BASE64` for each thing said, then `ok`, or `no` and the refusal.
 */
export class Library implements Disposable {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #input: Interface;
  #complaints = '';

  constructor({ command: [program, ...args], environment }: LibraryKind) {
    this.#child = spawn(program, args, { stdio: 'pipe', env: { ...process.env, TZ: 'UTC', ...environment } });
    const { stdin, stdout, stderr } = this.#child;
    if (stdin === null || stdout === null || stderr === null) throw new Error('no pipes');
    // That it has ended, its output tells.
    stdin.on('error', () => {});
    stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#complaints += text;
    });
    this.#input = createInterface({ input: stdout });
    this.#lines = this.#input[Symbol.asyncIterator]();
  }

  /** @returns what the library says, each with one character an octet */
  async do(verb: string, ...words: readonly (string | number)[]): Promise<string[]> {
    this.#child.stdin?.write(`${[verb, ...words].join('\t')}\n`);
    const said: string[] = [];
    for (;;) {
      const { done, value: line } = await this.#lines.next();
      if (done) throw new Error(`${verb} ${words.join(' ')}: the program ended: ${this.#complaints}`);
      if (line === 'ok') return said;
      if (line.startsWith('no ')) throw new LibraryRefusal(line.slice(3));
      if (!line.startsWith('=')) throw new Error(`${verb}: ${line}`);
      said.push(Buffer.from(line.slice(1), 'base64').toString('latin1'));
    }
  }

  async group(name: string): Promise<{ count: number; low: number; high: number }> {
    const [count = 0, low = 0, high = 0] = (await this.do('group', name)).join('').split('\t').map(Number);
    return { count, low, high };
  }

  async over(low: number, high: number) {
    const rows = await this.do('over', low, high);
    return rows.map((row) => {
      const [number, subject = '', from = '', id = '', references = ''] = row.split('\t');
      return { number: Number(number), subject, from, id, references: references.split(' ').filter(Boolean) };
    });
  }

  async article(which: string | number): Promise<FetchedArticle> {
    const lines = await this.do('article', which);
    const blank = lines.indexOf('');
    const headers = new Map<string, string>();
    for (const line of lines.slice(0, blank)) {
      const colon = line.indexOf(': ');
      headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 2));
    }
    return { headers, lines: lines.slice(blank + 1) };
  }

  async post(article: readonly string[]): Promise<void> {
    await this.do('post', Buffer.from(article.join('\n')).toString('base64'));
  }

  async quit(): Promise<void> {
    await this.do('quit');
    const ended = once(this.#child, 'exit');
    this.#child.stdin?.end();
    await ended;
  }

  [Symbol.dispose](): void {
    this.#input.close();
    this.#child.kill('SIGKILL');
  }
}
