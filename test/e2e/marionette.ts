import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** What a script in the program may take and give: JSON. */
type Json = string | number | boolean | null | undefined | readonly Json[] | { readonly [name: string]: Json };

/**
 * Mozilla's remote protocol (`--marionette`): scripts that run inside the program, with all of its rights.
 * A message is its length in octets, a colon, and `[0, id, command, parameters]` or `[1, id, error, result]` in JSON.
 */
export class Marionette {
  readonly #socket: Socket;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  #unread: Buffer = Buffer.alloc(0);
  #count = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (octets) => this.#receive(octets));
    socket.on('close', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('the program has ended'));
      this.#waiting.clear();
    });
    socket.on('error', () => undefined);
  }

  static async connect(port: number): Promise<Marionette> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    const marionette = new Marionette(socket);
    // Dialogs stay until a test answers them.
    await marionette.command('WebDriver:NewSession', { unhandledPromptBehavior: 'ignore' });
    await marionette.command('Marionette:SetContext', { value: 'chrome' });
    await marionette.command('WebDriver:SetTimeouts', { script: 600_000 });
    return marionette;
  }

  /** Sends a command of the protocol. Rejects with a `MarionetteError` where the program refuses it. */
  async command(name: string, parameters: object = {}): Promise<unknown> {
    const id = ++this.#count;
    const answer = Promise.withResolvers<unknown>();
    this.#waiting.set(id, answer);
    const message = Buffer.from(JSON.stringify([0, id, name, parameters]));
    this.#socket.write(`${message.length}:`);
    this.#socket.write(message);
    return answer.promise;
  }

  /** Runs the body of an asynchronous function in the program; its `arguments` are `args`, and what it returns comes back. */
  async run(script: string, ...args: Json[]): Promise<unknown> {
    const result = await this.command('WebDriver:ExecuteScript', {
      script: `return (async function () { ${script} }).apply(null, arguments);`,
      args,
      sandbox: 'system',
    });
    return typeof result === 'object' && result !== null && 'value' in result ? result.value : undefined;
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(octets: Buffer): void {
    this.#unread = Buffer.concat([this.#unread, octets]);
    for (;;) {
      const colon = this.#unread.indexOf(':');
      const length = Number(this.#unread.subarray(0, colon).toString());
      if (colon < 0 || this.#unread.length < colon + 1 + length) return;
      const message: unknown = JSON.parse(this.#unread.subarray(colon + 1, colon + 1 + length).toString());
      this.#unread = this.#unread.subarray(colon + 1 + length);
      if (Array.isArray(message)) this.#settle(message);
    }
  }

  #settle([, id, error, result]: readonly unknown[]): void {
    const answer = this.#waiting.get(Number(id));
    this.#waiting.delete(Number(id));
    if (error === null) answer?.resolve(result);
    else answer?.reject(new MarionetteError(error));
  }
}

/** What the program says of a command that failed. */
export class MarionetteError extends Error {
  override readonly name = 'MarionetteError';
  /** as WebDriver names it: `no such alert` */
  readonly kind: string;

  constructor(said: unknown) {
    super(`in the program: ${JSON.stringify(said)}`);
    this.kind = typeof said === 'object' && said !== null && 'error' in said ? String(said.error) : '';
  }
}
