/**
 * Questions for the person at the terminal. Without a terminal the answers are lines of standard input, which scripts
 * rely on; @inquirer/password and password-prompt need a terminal. Node's readline does the rest.
 */
import { createInterface, type Interface } from 'node:readline';
import { Writable } from 'node:stream';
import { Failure } from '../server/failure.ts';

export class Questions implements Disposable {
  readonly #readline: Interface;
  readonly #lines: AsyncIterator<string>;
  #hidden = false;
  /** no more input, though earlier lines may still wait in `lines` */
  #ended = false;

  constructor(input: NodeJS.ReadStream = process.stdin, output: NodeJS.WriteStream = process.stderr) {
    const shown = new Writable({
      write: (chunk: Buffer, _, done) => {
        if (!this.#hidden) output.write(chunk);
        done();
      },
    });
    this.#readline = createInterface({ input, output: shown, terminal: input.isTTY });
    this.#lines = this.#readline[Symbol.asyncIterator]();
    this.#readline.once('close', () => {
      this.#ended = true;
    });
  }

  /** @throws Failure at the end of input */
  async ask(question: string): Promise<string> {
    if (!this.#ended) {
      this.#readline.setPrompt(`${question}: `);
      this.#readline.prompt();
    }
    const { value, done } = await this.#lines.next();
    if (done) throw new Failure(`no answer: ${question}`, undefined, { exitCode: 2 });
    return value.trim();
  }

  /** Like `ask`; a terminal does not show the answer. */
  async askSecretly(question: string): Promise<string> {
    process.stderr.write(`${question}: `);
    this.#hidden = true;
    try {
      return await this.ask(question);
    } finally {
      this.#hidden = false;
      process.stderr.write('\n');
    }
  }

  [Symbol.dispose](): void {
    this.#readline.close();
  }
}
