import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/**
 * Where in the exchange a line stands: `C REPL`, `C text`, `C end of text`, `S 220`, `S data` …, as the proxy gets it.
 */
export type Step = string;

/** What to do with a line: pass it on, or cut the connection before it, in the middle of it, or after it. */
export type Verdict = 'pass' | 'cut before' | 'cut within' | 'cut after';

/** Where the proxy is in the network; by default on a free port of the loopback interface. */
export interface ProxyPlace {
  readonly host?: string;
  readonly port?: number;
  /** the address that the server sees */
  readonly from?: string;
}

/** A TCP proxy in front of a server that loses connections where a test says. The steps are those of RGTP. */
export class CuttingProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #decide: (step: Step, line: string) => Verdict;
  readonly #from: string | undefined;
  /** the server's port; may change */
  target: number;

  static async open(
    target: number,
    decide: (step: Step, line: string) => Verdict,
    { host = '127.0.0.1', port = 0, from }: ProxyPlace = {},
  ): Promise<CuttingProxy> {
    const proxy = new CuttingProxy(target, decide, from);
    proxy.#server.listen(port, host);
    await once(proxy.#server, 'listening');
    return proxy;
  }

  private constructor(target: number, decide: (step: Step, line: string) => Verdict, from: string | undefined) {
    this.target = target;
    this.#decide = decide;
    this.#from = from;
    this.#server = createServer({ noDelay: true }, (client) => this.#connect(client));
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('not listening');
    return address.port;
  }

  /** Loses every connection, as if the machine died. */
  cutAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.cutAll();
    await closed;
  }

  #connect(client: Socket): void {
    const source = this.#from === undefined ? {} : { localAddress: this.#from };
    const server = connect({ host: '127.0.0.1', port: this.target, noDelay: true, ...source });
    const exchange = new Exchange();
    this.#relay(client, server, (line) => exchange.fromClient(line));
    this.#relay(server, client, (line) => exchange.fromServer(line));
  }

  #relay(from: Socket, to: Socket, stepOf: (line: string) => Step): void {
    this.#sockets.add(from);
    let rest = '';
    from.on('data', (chunk) => {
      const lines = (rest + chunk.toString('latin1')).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const bare = line.replace(/\r$/, '');
        const verdict = this.#decide(stepOf(bare), bare);
        const sent =
          verdict === 'cut before' ? '' : verdict === 'cut within' ? line.slice(0, line.length / 2) : `${line}\n`;
        if (verdict === 'pass') {
          to.write(sent, 'latin1');
          continue;
        }
        // What was sent still arrives; nothing comes back, and nothing more goes out.
        from.removeAllListeners('data');
        to.removeAllListeners('data');
        to.end(sent, 'latin1', () => to.destroy());
        from.destroy();
        return;
      }
    });
    from.on('error', () => from.destroy());
    from.on('close', () => {
      this.#sockets.delete(from);
      to.end();
    });
  }
}

/** Follows the two sides of a connection far enough to name its steps. */
class Exchange {
  #side: 'commands' | 'text' = 'commands';
  #data = false;

  fromClient(line: string): Step {
    if (this.#side === 'commands') return `C ${line.slice(0, 4).toUpperCase()}`;
    if (line !== '.') return 'C text';
    this.#side = 'commands';
    return 'C end of text';
  }

  fromServer(line: string): Step {
    if (this.#data) {
      this.#data = line !== '.';
      return 'S data';
    }
    const code = line.slice(0, 3);
    if (code === '150') this.#side = 'text';
    this.#data = code === '250';
    return `S ${code}`;
  }
}
