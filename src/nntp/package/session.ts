import type Nntp from 'nntp-server';
import { type QueuedCommand, Session } from 'nntp-server';
import type { Access } from '../backend.ts';
import type { Answer } from '../syntax/answer.ts';

function Bare(): void {}
Bare.prototype = Session.prototype;

/**
 * The package's Session without its constructor, which makes three streams, two pipelines and a regular expression of
 * all commands for each connection: 250 µs and 17 KB, none of it used here.
 */
// A function with the class's prototype makes the same object, without the fields that the constructor adds.
const BareSession = Bare as unknown as new () => Session;

/**
 * The parts of the package's session in use (state, queue and `tick()`), and what the server's hooks need from ours.
 */
export abstract class PackageSession extends BareSession {
  readonly server: Nntp<PackageSession>;
  declare pipeline: OneCommand;

  constructor(server: Nntp<PackageSession>) {
    super();
    this.server = server;
    this.pipeline = new OneCommand();
  }

  abstract get access(): Access;
  /** Logs in, or rejects with a `Refusal`. */
  abstract login(user: string, password: string): Promise<void>;

  /**
   * Lets `tick()` wait for an answer that is still being made, and then write it.
   * @param refused the answer if it fails
   */
  protected enqueue(verb: string, answer: Promise<Answer>, refused: (error: unknown) => Answer): void {
    const queued: QueuedCommand = {
      state: 0,
      cmd_line: verb,
      resolved_value: undefined,
      rejected_value: undefined,
      run: () => settled,
    };
    const settle = (value: Answer) => {
      queued.resolved_value = value;
      queued.state = 2;
    };
    const settled = answer.then(settle, (error) => settle(refused(error)));
    this.pipeline.push(queued);
    super.tick();
  }
}

/** The queue that `tick()` works through. The transport hands over one command at a time, so one place is enough. */
class OneCommand {
  #command: QueuedCommand | undefined;

  push(command: QueuedCommand): void {
    if (this.#command) throw new Error('a command is running already');
    this.#command = command;
  }

  isEmpty(): boolean {
    return this.#command === undefined;
  }

  peekFront(): QueuedCommand | undefined {
    return this.#command;
  }

  shift(): QueuedCommand | undefined {
    const command = this.#command;
    this.#command = undefined;
    return command;
  }
}
