import { CuttingProxy, type ProxyPlace, type Verdict } from '../support/cutting-proxy.ts';

interface Event {
  readonly verb: string;
  count: number;
  readonly verdict: Verdict;
  happen(): void;
}

/** The network to a server, at whose address it stands: connections are lost, and things happen, where a test says. */
export class NetworkLine implements AsyncDisposable {
  readonly #proxy: CuttingProxy;
  readonly #events: Event[];

  static async lay(port: number, place: ProxyPlace): Promise<NetworkLine> {
    const events: Event[] = [];
    return new NetworkLine(await CuttingProxy.open(port, (_, text) => verdictOn(text, events), place), events);
  }

  private constructor(proxy: CuttingProxy, events: Event[]) {
    this.#proxy = proxy;
    this.#events = events;
  }

  /** How much has not happened yet. */
  get pending(): number {
    return this.#events.length;
  }

  /** The line is cut within the next line that begins with `verb` after so many. Events come one after another. */
  cutAfter(count: number, verb: string): void {
    this.#events.push({ verb, count, verdict: 'cut within', happen() {} });
  }

  /** Something happens when so many lines more that begin with `verb` have come. */
  after(count: number, verb: string, happen: () => void): void {
    this.#events.push({ verb, count, verdict: 'pass', happen });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#proxy.close();
  }
}

function verdictOn(text: string, events: Event[]): Verdict {
  const [event] = events;
  if (event === undefined || !text.startsWith(event.verb) || --event.count > 0) return 'pass';
  events.shift();
  event.happen();
  return event.verdict;
}
