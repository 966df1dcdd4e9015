import { type QueuedCommand, Session } from 'nntp-server';

function Bare(): void {}
Bare.prototype = Session.prototype;

/**
 * The package's Session without its constructor, which makes three streams, two pipelines and a regular expression
 * of all commands for each connection: 250 µs and 17 KB that are never used here. What `tick()` and the package's
 * commands read of a session is set by `NntpSession`.
 */
// A function with the class's prototype makes what the class would, minus the fields of its constructor.
export const BareSession = Bare as unknown as new () => Session;

/** The queue that `tick()` works through. The wire hands over one command at a time, so one place is enough. */
export class OneCommand {
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
