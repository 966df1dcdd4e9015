import type { Client } from './commands/client.ts';
import type { Claim, Command } from './commands/command.ts';
import { commands, findCommand } from './commands/table.ts';
import type { Answer } from './syntax/answer.ts';
import { isSasl, isTakethis, lineText, TAKETHIS, wordsOf } from './syntax/command-line.ts';
import { isHttp } from './syntax/http.ts';
import { status } from './syntax/status.ts';

/** Commands that need no rights, with any keyword. */
const WITHOUT_RIGHTS = new Set(
  Object.keys(commands).filter((head) => /^(?:AUTHINFO|QUIT|STARTTLS|COMPRESS|DATE|HELP)\b/.test(head)),
);
const LOST_ARTICLE = ['400 Line too long; cannot tell where its article begins', null] as const;
const NOT_HTTP = ['400 This is a news server, not a web server', null] as const;

/** From a client's lines to answers: finds a line's command, checks that this client may use it now, and runs it. */
export class Dispatch {
  readonly #client: Client;
  /** the verb of the last command: as in HELP, or `unknown` */
  verb = '';

  constructor(client: Client) {
    this.#client = client;
  }

  run(line: Buffer): Answer | Promise<Answer> {
    this.verb = 'unknown';
    const { limits } = this.#client.shared;
    if (line.length > limits.line && !isSasl(line)) return this.#refuseUnread(line, this.#tooLong());
    const text = lineText(line);
    if (text === undefined) return this.#refuseUnread(line, status.syntax);
    const words = wordsOf(text);
    if (isHttp(words)) return NOT_HTTP;
    const found = findCommand(words);
    if (typeof found === 'string') return found;
    const { command, keywords } = found;
    this.verb = command.head;
    const given = words.length - keywords;
    if (given < command.words[0] || given > command.words[1]) {
      return this.#refuseUnread(line, `501 Syntax: ${command.head} ${command.syntax}`);
    }
    const args = words.slice(keywords);
    const renewing = WITHOUT_RIGHTS.has(command.head) ? undefined : this.#client.reader.renew?.();
    if (renewing === undefined) return this.#catchUpAndRun(command, args, text);
    return renewing.then(() => this.#catchUpAndRun(command, args, text));
  }

  /** @param head the beginning of the line */
  tooLong(head: string): Answer {
    this.verb = 'unknown';
    // Nobody can tell where the article begins, so its lines would be taken for commands.
    return TAKETHIS.test(head) ? LOST_ARTICLE : this.#tooLong();
  }

  /** If other servers show the same newsgroups, nothing is denied before it is known what they have shown. */
  #catchUpAndRun(command: Command, args: readonly string[], text: string): Answer | Promise<Answer> {
    const { reader } = this.#client;
    const claim = reader.inCompany === true ? this.#claimOf(command, args) : undefined;
    const catchingUp = claim && reader.catchUp?.(claim.newsgroups);
    if (catchingUp === undefined) return this.#runNow(command, args, text);
    const run = () => this.#runNow(command, args, text);
    return catchingUp.then(run, (error) =>
      claim?.otherwise === 'refuse' ? this.#client.refuse(error, 'read') : run(),
    );
  }

  #claimOf(command: Command, args: readonly string[]): Claim | undefined {
    if (command.claims === undefined || this.#mayNotRead(command.head)) return undefined;
    try {
      return command.claims(this.#client, args);
    } catch {
      // Running the command will say why.
      return undefined;
    }
  }

  #runNow(command: Command, args: readonly string[], text: string): Answer | Promise<Answer> {
    try {
      if (command.needs === 'read' && this.#mayNotRead(command.head)) return this.#client.loginStatus();
      return command.run(this.#client, args, text);
    } catch (error) {
      return this.#client.refuse(error, 'read');
    }
  }

  /** If it is not known yet whether this session may read, each newsgroup answers for itself. */
  #mayNotRead(head: string): boolean {
    const client = this.#client;
    return client.server._needAuth(client, head) && client.access.notYet === undefined;
  }

  /**
   * Refuses a command without running it. If an article comes with it, that is read first: its lines must not be taken
   * for commands.
   */
  #refuseUnread(line: Buffer, answer: string): Answer | Promise<Answer> {
    if (!isTakethis(line)) return answer;
    return this.#client.transport.nextArticle(0).then((article) => article && answer);
  }

  #tooLong(): string {
    return `501 Line longer than ${this.#client.shared.limits.line} octets`;
  }
}
