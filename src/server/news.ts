/** The NNTP front end on the addresses of the configuration. */
import type { Config } from '../config/config.ts';
import type { Backend } from '../nntp/backend.ts';
import type { Observer } from '../nntp/observer.ts';
import { NntpServer } from '../nntp/server.ts';
import type { Log } from '../wire/log.ts';
import { systemCode } from '../wire/system-error.ts';
import { listenFailure } from './listening.ts';

type NewsAddress = NonNullable<Config['listen']>[number];

const fallBackPort = 1119;

export class News {
  readonly #listen: (addresses: readonly NewsAddress[]) => Promise<NntpServer>;
  readonly #config: Config;
  readonly #log: Log;
  #server: NntpServer | undefined;
  #fellBack = false;

  /** Does not listen yet: see `open`. */
  constructor(config: Config, backend: Backend, observer: Observer, log: Log) {
    this.#config = config;
    this.#log = log;
    const balancers = config.balancers.length > 0 ? config.balancers : undefined;
    this.#listen = (addresses) =>
      NntpServer.open({
        ...config,
        backend,
        listen: addresses.map(({ scheme, ...address }) => ({ ...address, tls: scheme === 'nntps', balancers })),
        log: log.child({ part: 'nntp' }),
        observer,
      });
  }

  /** @throws Failure with a remedy if a port can't be opened */
  async open(): Promise<void> {
    const { listen } = this.#config;
    this.#server = await (listen === undefined ? this.#byDefault() : this.#on(listen));
  }

  async #on(addresses: readonly NewsAddress[]): Promise<NntpServer> {
    try {
      return await this.#listen(addresses);
    } catch (error) {
      const failed = addresses.find(({ port }) => port === portOf(error)) ?? addresses[0];
      throw failed === undefined ? error : listenFailure(error, failed, 'listen', 'RGTP_NNTP_LISTEN');
    }
  }

  /** Port 119 on every address; 1119 if that needs privileges. */
  async #byDefault(): Promise<NntpServer> {
    const everywhere = (port: number) => this.#on([{ scheme: 'nntp', host: '::', port }]);
    try {
      return await everywhere(119);
    } catch (error) {
      if (systemCode(error instanceof Error ? error.cause : undefined) !== 'EACCES') throw error;
      this.#log.debug({ port: fallBackPort }, 'port 119 needs privileges');
      this.#fellBack = true;
      return everywhere(fallBackPort);
    }
  }

  /** The open server. */
  get server(): NntpServer {
    if (this.#server === undefined) throw new Error('the news server is not open');
    return this.#server;
  }

  /** No port was configured, and 119 needed privileges. */
  get fellBack(): boolean {
    return this.#fellBack;
  }

  /** The certificate that newsreaders see, once the server is open; times in unix ms. */
  get certificate(): { readonly expires: number } | undefined {
    const expires = this.#server?.certificateExpires;
    return expires === undefined ? undefined : { expires };
  }

  async close(graceMs: number): Promise<void> {
    await this.#server?.close(graceMs);
  }
}

function portOf(error: unknown): unknown {
  return error instanceof Error && 'port' in error ? error.port : undefined;
}
