import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** No network but the page's own, no first-run dialogues. */
const QUIET = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--hide-scrollbars'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

interface Reply {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

/** One page in a headless chromium, driven over its DevTools protocol. */
export class Browser implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #profile: string;
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (reply: Reply) => void>();
  readonly #events: Reply[] = [];
  #wake = Promise.withResolvers<void>();
  #count = 0;

  private constructor(child: ChildProcess, profile: string, socket: WebSocket) {
    this.#child = child;
    this.#profile = profile;
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => this.#receive(JSON.parse(String(data))));
  }

  static async launch(): Promise<Browser> {
    const profile = mkdtempSync(join(tmpdir(), 'chromium-'));
    const args = [...QUIET, `--user-data-dir=${profile}`, '--remote-debugging-port=0', 'about:blank'];
    const child = spawn('chromium', args, { stdio: ['ignore', 'ignore', 'pipe'] });
    for await (const line of createInterface({ input: child.stderr })) {
      const [, authority] = /^DevTools listening on ws:\/\/([^/]+)/.exec(line) ?? [];
      if (authority === undefined) continue;
      child.stderr.resume();
      const answer = await fetch(`http://${authority}/json/list`);
      // As the DevTools protocol documents this list.
      const targets = (await answer.json()) as { type: string; webSocketDebuggerUrl: string }[];
      const page = targets.find(({ type }) => type === 'page');
      if (page === undefined) break;
      const socket = new WebSocket(page.webSocketDebuggerUrl);
      await once(socket, 'open');
      return new Browser(child, profile, socket);
    }
    throw new Error('chromium does not start');
  }

  async send(method: string, params: object = {}): Promise<Record<string, unknown>> {
    const id = ++this.#count;
    const reply = new Promise<Reply>((resolve) => this.#waiting.set(id, resolve));
    this.#socket.send(JSON.stringify({ id, method, params }));
    const { error, result = {} } = await reply;
    if (error !== undefined) throw new Error(`${method}: ${error.message}`);
    return result;
  }

  /** Loads a page and waits until it says it is complete. */
  async open(url: string): Promise<void> {
    await this.send('Page.enable');
    await this.send('Page.navigate', { url });
    while (!this.#events.some(({ method }) => method === 'Page.loadEventFired')) {
      this.#wake = Promise.withResolvers();
      await this.#wake.promise;
    }
    this.#events.length = 0;
  }

  /** The value of a JavaScript expression in the page. */
  async evaluate(expression: string): Promise<unknown> {
    const { result, exceptionDetails } = await this.send('Runtime.evaluate', {
      expression,
      returnByValue: true,
      awaitPromise: true,
    });
    if (exceptionDetails !== undefined) throw new Error(`in the page: ${JSON.stringify(exceptionDetails)}`);
    return typeof result === 'object' && result !== null && 'value' in result ? result.value : undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close();
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }

  #receive(reply: Reply): void {
    if (reply.id === undefined) this.#events.push(reply);
    else {
      this.#waiting.get(reply.id)?.(reply);
      this.#waiting.delete(reply.id);
    }
    this.#wake.resolve();
  }
}
