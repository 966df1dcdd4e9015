import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { promisify } from 'node:util';
import { Accessible } from './accessible.ts';
import type { Person } from './person.ts';
import { newsgroup } from './sample-daemon.ts';
import { until } from './until.ts';
import type { XServer } from './x-server.ts';

export interface SylphAccount {
  readonly port: number;
  readonly name: string;
  readonly signature: string;
  /** `port` speaks NNTPS */
  readonly tls?: boolean;
}

/** What is different in each of them. */
interface SylphProgram {
  readonly command: string;
  /** where its settings are, in the home folder */
  readonly folder: string;
  /** the file of its common settings, and these */
  readonly common: readonly [string, Readonly<Record<string, string | number>>];
  /** its main window, the one that asks to subscribe, one in which something is written, and what warns of a certificate */
  readonly windows: Readonly<Record<'main' | 'subscribing' | 'writing' | 'certificate', RegExp>>;
  /** the button that trusts a certificate from now on */
  readonly trusting: string;
  /** the menu item that marks all articles read */
  readonly markingAll: string;
  /** which of the fields is the subject of what is written */
  readonly subject: number;
  readonly env?: Readonly<Record<string, string>>;
}

const PASSWORD = /^Input password$/;

const MAILBOX = { inbox: 'inbox', outbox: 'sent', draft: 'draft', queue: 'queue', trash: 'trash' };

/** Settings with one news account, which has subscribed to nothing, and a mailbox. No password is saved in them. */
function writeSettings(person: Person, program: SylphProgram, account: SylphAccount): void {
  const { folder, common } = program;
  mkdirSync(`${person.home}/${folder}`);
  const lines = Object.entries(common[1]).map(([name, value]) => `${name}=${value}\n`);
  person.write(`${folder}/${common[0]}`, `[Common]\n${lines.join('')}`);
  const signature = person.write('.signature', `${account.signature}\n`);
  person.write(
    `${folder}/accountrc`,
    `[Account: 1]
account_name=Board
is_default=1
name=${account.name}
address=${person.userid}
protocol=4
nntp_server=127.0.0.1
set_nntpport=1
nntp_port=${account.port}
ssl_nntp=${account.tls ? 1 : 0}
max_news_articles=0
max_nntp_articles=0
use_nntp_auth=1
use_nntp_auth_onconnect=0
user_id=${person.userid}
auto_signature=1
signature_type=0
signature_path=${signature}
signature_separator=-- 
`,
  );
  const folders = Object.entries(MAILBOX).map(([type, name]) => {
    mkdirSync(`${person.home}/Mail/${name}`, { recursive: true });
    return `<folderitem type="${type}" name="${name}" path="${name}" />\n`;
  });
  person.write(
    `${folder}/folderlist.xml`,
    `<?xml version="1.0" encoding="UTF-8"?>
<folderlist>
<folder type="mh" name="Mail" path="${person.home}/Mail">
${folders.join('')}</folder>
<folder type="news" name="Board" account_id="1"></folder>
</folderlist>
`,
  );
}

/** Sylpheed, and Claws Mail, which came from it: what the command line can't do, the windows do. */
export abstract class Sylph implements AsyncDisposable {
  readonly #person: Person;
  readonly #screen: XServer;
  readonly #kind: SylphProgram;
  #program: Accessible | undefined;

  constructor(person: Person, screen: XServer, account: SylphAccount, kind: SylphProgram) {
    this.#person = person;
    this.#screen = screen;
    this.#kind = kind;
    writeSettings(person, kind, account);
  }

  /** Opens the window that lists newsgroups. */
  protected abstract listNewsgroups(): Promise<void>;
  /** Chooses the newsgroup there, and closes it. */
  protected abstract choose(dialog: string): Promise<void>;
  /** Answers what it asks when it connects, in its order. */
  protected abstract admit(isUntrusted: boolean): Promise<void>;
  /** Has the password kept while the program runs, where that is possible. */
  protected abstract remember(dialog: string): Promise<void>;
  /** Opens the newsgroup. */
  abstract open(): Promise<void>;
  /** Opens an article of the newsgroup, which is open. */
  abstract openArticle(number: number, subject: string): Promise<void>;
  /** Looks for news after the server was away. */
  abstract fetchAnew(unread: number, total: number): Promise<void>;

  async start(): Promise<void> {
    this.#program = new Accessible(this.#screen, [this.#kind.command], { HOME: this.#person.home, ...this.#kind.env });
    await this.main();
  }

  protected get program(): Accessible {
    if (this.#program === undefined) throw new Error(`${this.#kind.command} is not started`);
    return this.#program;
  }

  /** Its main window, which is named after what is open. */
  protected main(): Promise<string> {
    return this.program.window(this.#kind.windows.main);
  }

  /** Tells the running program something: what is printed of it. */
  async command(...args: string[]): Promise<string> {
    const env = { ...process.env, ...this.program.environment, NO_AT_BRIDGE: '1', GTK_MODULES: '' };
    const { stdout } = await promisify(execFile)(this.#kind.command, args, { env });
    return stdout;
  }

  /** Leaves it as people do. */
  async quit(): Promise<void> {
    await this.command('--exit');
    await this.program.gone(this.#kind.windows.main);
    await this.program[Symbol.asyncDispose]();
  }

  /** Subscribes to the newsgroup. It asks for a password, and perhaps what to think of a certificate. */
  async subscribe(isUntrusted = false): Promise<void> {
    await this.listNewsgroups();
    await this.admit(isUntrusted);
    const { subscribing } = this.#kind.windows;
    await this.choose(await this.program.window(subscribing));
    await this.program.gone(subscribing);
  }

  /** Trusts a certificate that nobody it knows has signed. */
  protected async trust(): Promise<void> {
    const { certificate } = this.#kind.windows;
    await this.program.press(await this.program.window(certificate), 'push button', this.#kind.trusting);
    await this.program.gone(certificate);
  }

  /** Answers its question for the password. */
  async login(): Promise<void> {
    const dialog = await this.program.window(PASSWORD);
    await this.program.ask('fill', dialog, 0, this.#person.secret);
    await this.remember(dialog);
    await this.program.press(dialog, 'push button', 'OK');
    await this.program.gone(PASSWORD);
  }

  async press(role: 'menu item' | 'check menu item' | 'push button', name: string): Promise<void> {
    await this.program.press(await this.main(), role, name);
  }

  /** Looks for news, and waits until it counts so many unread articles, of so many. */
  async fetch(unread: number, total: number): Promise<void> {
    await this.command('--receive-all');
    await this.counts(unread, total);
  }

  async markAllRead(total: number): Promise<void> {
    await this.press('menu item', this.#kind.markingAll);
    await this.counts(0, total);
  }

  protected get folder(): string {
    return `#news/Board/${newsgroup}`;
  }

  /** Waits until it counts so many unread articles, of so many. */
  async counts(unread: number, total: number): Promise<void> {
    let last = '';
    await until(
      async () => {
        last = await this.command('--status-full', this.folder);
        const [, newOrUnread, all] = last.trim().split(/\s+/).map(Number);
        return newOrUnread === unread && all === total;
      },
      () => `${unread} unread of ${total}, in ${last}`,
    );
  }

  /** The article that is shown, headers and text, once `wanted` is so. */
  async shown(wanted: (shown: string) => boolean, what: string): Promise<string> {
    const texts = await this.program.texts(await this.main(), (all) => wanted(all.at(-1) ?? ''), what);
    return texts.at(-1) ?? '';
  }

  /** Waits until its main window says so somewhere. */
  async says(said: RegExp): Promise<void> {
    await this.program.says(await this.main(), said);
  }

  /** Begins an article with a button. What `written` makes of the text that is there is sent. */
  async write(button: 'Compose' | 'Reply', written: (text: string) => string, subject?: string): Promise<void> {
    await this.press('push button', button);
    const { writing } = this.#kind.windows;
    const isThere = (texts: readonly string[]) => texts.at(-1)?.includes('-- \n') === true;
    const window = await this.program.window(writing);
    const text = (await this.program.texts(window, isThere, 'the signature')).at(-1) ?? '';
    await this.program.ask('fill', window, -1, written(text));
    if (subject !== undefined) await this.#fill(writing, this.#kind.subject, subject);
    const named = subject === undefined ? writing : new RegExp(`^${subject}${writing.source}`);
    await this.program.press(await this.program.window(named), 'push button', 'Send');
    await this.program.gone(writing);
  }

  /** Fills a field of a window whose name changes with what is filled in. */
  async #fill(window: RegExp, at: number, text: string): Promise<void> {
    await until(async () => {
      const named = await this.program.window(window);
      return this.program.ask('fill', named, at, text).then(
        () => true,
        () => false,
      );
    }, `${text} to be filled in`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program?.[Symbol.asyncDispose]();
  }
}
