/** `/healthz`, `/readyz`, `/metrics` and the status page: read-only, without cookies. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { addressKey, listenHost, plainAddress } from '../wire/address.ts';
import { boundConnections } from '../wire/bounded-connections.ts';
import { joinCrowd } from '../wire/crowd.ts';
import { eventLoop } from '../wire/fair-share.ts';
import type { Log } from '../wire/log.ts';
import type { History } from './history.ts';
import { isOwnHost } from './hosts.ts';
import type { Metrics } from './metrics.ts';
import { statusPage } from './page.ts';
import { script } from './page-script.ts';
import { style } from './page-style.ts';
import type { Status } from './status.ts';

export interface HttpOptions {
  readonly host: string;
  readonly port: number;
  /** names with a dot by which clients may call this server; see `isOwnHost` */
  readonly hosts?: readonly string[];
  /** connections in total; default 100 */
  readonly connections?: number;
  readonly metrics: Metrics;
  readonly history: History;
  readonly status: () => Status;
  readonly log: Log;
  readonly now?: () => number;
}

interface Answer {
  readonly code: number;
  readonly type: string;
  readonly body: string;
}

const LONGEST = 60_000;
const MISDIRECTED = 'this server does not go by that name; add it to http.hosts in the configuration\n';

const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
const headers = {
  'cache-control': 'no-store',
  'content-security-policy': `default-src 'none'; style-src ${hashOf(style)}; script-src ${hashOf(script)}; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

export class HttpServer {
  readonly #server: Server;
  readonly #options: HttpOptions;
  /** pages about to be made */
  readonly #coming = new Map<Page, Promise<Answer>>();

  /** Rejects with the system's error if it can't listen. */
  static async open(options: HttpOptions): Promise<HttpServer> {
    const http = new HttpServer(options);
    http.#server.listen({ host: listenHost(options.host), port: options.port });
    await once(http.#server, 'listening');
    http.#server.on('error', (error) => options.log.error({ err: error }, 'a connection could not be accepted'));
    return http;
  }

  private constructor(options: HttpOptions) {
    this.#options = options;
    this.#server = createServer({ requestTimeout: 10_000, headersTimeout: 10_000, keepAliveTimeout: 5_000 });
    this.#server.maxRequestsPerSocket = 100;
    boundConnections(this.#server, { most: options.connections ?? 100, longest: LONGEST });
    this.#server.on('connection', (socket) => joinCrowd(socket, addressKey(plainAddress(socket.remoteAddress ?? ''))));
    const hosts = new Set(options.hosts?.map((name) => name.toLowerCase()));
    this.#server.on('request', (request, response) => {
      // Only so that it is noticed if reading requests takes long: a client may send thousands at once.
      eventLoop.run(heard);
      request.resume();
      const { host } = request.headers;
      // Only HTTP/1.0, which no browser speaks, does without Host.
      if (host !== undefined && !isOwnHost(host, hosts)) {
        send(response, plain(421, MISDIRECTED));
        return;
      }
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        response.setHeader('allow', 'GET, HEAD');
        send(response, plain(405, 'GET or HEAD only\n'));
        return;
      }
      this.#answerTo(request.url ?? '/').then(
        (answer) => send(response, answer),
        (error: unknown) => {
          options.log.error({ err: error, url: request.url }, 'the status server failed to answer');
          send(response, plain(500, 'internal error\n'));
        },
      );
    });
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : this.#options.port;
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #answerTo(url: string): Promise<Answer> {
    const path = url.replace(/\?.*$/, '');
    if (path === '/healthz') return plain(200, 'ok\n');
    if (!isPage(path)) return plain(404, 'no such page; try /, /healthz, /readyz or /metrics\n');
    const coming = this.#coming.get(path) ?? this.#make(path);
    this.#coming.set(path, coming);
    return coming;
  }

  /** Makes a page in a turn of its own, for all who ask until then: counting a large board's items takes time. */
  async #make(page: Page): Promise<Answer> {
    await eventLoop.next(true);
    this.#coming.delete(page);
    return pages[page](this.#options);
  }
}

function heard(): void {}

type Page = '/' | '/readyz' | '/metrics';

const pages: Readonly<Record<Page, (options: HttpOptions) => Answer | Promise<Answer>>> = {
  '/': ({ status, history, now = Date.now }) => ({
    code: 200,
    type: 'text/html; charset=utf-8',
    body: statusPage({ status: status(), history, now: now() }),
  }),
  '/readyz': ({ status }) => readiness(status()),
  '/metrics': async ({ metrics }) => ({ code: 200, ...(await metrics.render()) }),
};

function isPage(path: string): path is Page {
  return Object.hasOwn(pages, path);
}

/** Ready: every board's index is loaded, from the board or from the cache, and its files can be written. */
function readiness({ boards }: Status): Answer {
  const waiting = boards.filter((board) => !board.ready || board.disk !== undefined);
  if (waiting.length === 0) return plain(200, 'ready\n');
  return plain(
    503,
    waiting.map((board) => `${board.name}: ${board.disk ?? board.lastError?.message ?? board.phase}\n`).join(''),
  );
}

function plain(code: number, body: string): Answer {
  return { code, type: 'text/plain; charset=utf-8', body };
}

function send(response: ServerResponse, { code, type, body }: Answer): void {
  response.writeHead(code, { ...headers, 'content-type': type, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}
