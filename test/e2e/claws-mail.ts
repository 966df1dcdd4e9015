import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { Accessible } from './accessible.ts';
import type { Person } from './person.ts';
import { until } from './until.ts';
import type { XServer } from './x-server.ts';

/** No questions, no changes of what is written, and windows in which all fields can be seen. */
const SETTINGS = {
  ask_mark_all_read: 0,
  autowrap: 0,
  clean_on_exit: 0,
  compose_height: 700,
  compose_notebook_height: 330,
  compose_width: 1000,
  confirm_on_exit: 0,
  enable_aspell: 0,
  linewrap_len: 200,
  linewrap_quotes: 0,
  mainwin_height: 700,
  mainwin_width: 1090,
  mainwin_x: 0,
  mainwin_y: 0,
  outgoing_charset: 'UTF-8',
  show_recv_dialog: 2,
  thread_by_subject: 0,
  warn_queued_on_exit: 0,
};

export interface ClawsAccount {
  readonly port: number;
  readonly name: string;
  readonly signature: string;
  /** `port` speaks NNTPS */
  readonly tls?: boolean;
}

const MAILBOX = { inbox: 'inbox', outbox: 'sent', draft: 'draft', queue: 'queue', trash: 'trash' };

/** Settings with one news account, which has subscribed to nothing, and a mailbox. No password is saved in them. */
function writeSettings(person: Person, account: ClawsAccount): void {
  mkdirSync(`${person.home}/.claws-mail`);
  const lines = Object.entries(SETTINGS).map(([name, value]) => `${name}=${value}\n`);
  person.write('.claws-mail/clawsrc', `[Common]\n${lines.join('')}`);
  const signature = person.write('.signature', `${account.signature}\n`);
  person.write(
    '.claws-mail/accountrc',
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
    '.claws-mail/folderlist.xml',
    `<?xml version="1.0" encoding="UTF-8"?>
<folderlist>
<folder type="mh" name="Mail" path="${person.home}/Mail">
${folders.join('')}</folder>
<folder type="news" name="Board" account_id="1"></folder>
</folderlist>
`,
  );
}

/** Claws Mail: what its command line can't do, its windows do. */
export class ClawsMail implements AsyncDisposable {
  readonly #person: Person;
  readonly #screen: XServer;
  readonly #newsgroup: string;
  #program: Accessible | undefined;

  constructor(person: Person, screen: XServer, newsgroup: string, account: ClawsAccount) {
    this.#person = person;
    this.#screen = screen;
    this.#newsgroup = newsgroup;
    writeSettings(person, account);
  }

  async start(): Promise<void> {
    this.#program = new Accessible(this.#screen, ['claws-mail'], { HOME: this.#person.home });
    await this.main();
  }

  get program(): Accessible {
    if (this.#program === undefined) throw new Error('Claws Mail is not started');
    return this.#program;
  }

  /** Its main window, which is named after the folder that is open. */
  main(): Promise<string> {
    return this.program.window(/ - Claws Mail /);
  }

  /** Tells the running program something: what is printed of it. */
  async command(...args: string[]): Promise<string> {
    const env = { ...process.env, ...this.program.environment, NO_AT_BRIDGE: '1' };
    const { stdout } = await promisify(execFile)('claws-mail', args, { env });
    return stdout;
  }

  /** Leaves it as people do. */
  async quit(): Promise<void> {
    await this.command('--exit');
    await this.program.gone(/ - Claws Mail /);
    await this.program[Symbol.asyncDispose]();
  }

  get #folder(): string {
    return `#news/Board/${this.#newsgroup}`;
  }

  /**
   * Subscribes to the newsgroup. It asks for a password first; before, `trusted` may answer what it asks of a certificate. Its lists say
   * nothing to a screen reader: they are worked by keys.
   */
  async subscribe(trusted?: () => Promise<void>): Promise<void> {
    // The news server is the last of the folders: its menu.
    await this.program.key(await this.main(), 'End', 'Menu', 's');
    await trusted?.();
    await this.login();
    const dialog = await this.program.window(/^Newsgroup subscription$/);
    await this.says(/^Done\.$/, dialog);
    await this.program.ask('fill', dialog, 0, this.#newsgroup);
    await this.program.press(dialog, 'push button', ' Search ');
    // What was found is in the second row, and the mouse alone ticks it. The key comes behind it.
    await this.program.focus(dialog, 'OK');
    await this.program.click(dialog, 100, 134);
    await this.program.key(dialog, 'space');
    await this.program.gone(/^Newsgroup subscription$/);
  }

  /** Opens the newsgroup, or an article in it. */
  async open(number?: number): Promise<void> {
    await this.command('--select', number === undefined ? this.#folder : `${this.#folder}/${number}`);
  }

  async press(role: 'menu item' | 'push button', name: string): Promise<void> {
    await this.program.press(await this.main(), role, name);
  }

  /** Answers its question for the password, for as long as it runs. */
  async login(): Promise<void> {
    const dialog = await this.program.window(/^Input password$/);
    await this.program.ask('fill', dialog, 0, this.#person.secret);
    await this.program.press(dialog, 'check box', 'Remember password for this session');
    await this.program.press(dialog, 'push button', 'OK');
    await this.program.gone(/^Input password$/);
  }

  /** Looks for news, and waits until it counts so many unread articles, of so many. */
  async fetch(unread: number, total: number): Promise<void> {
    await this.command('--receive-all');
    await this.counts(unread, total);
  }

  /** Ends a connection that may be dead: it would notice only after a minute. */
  async reconnect(): Promise<void> {
    await this.command('--offline');
    await this.command('--online');
  }

  async markAllRead(total: number): Promise<void> {
    await this.press('menu item', 'Mark all read in folder');
    await this.counts(0, total);
  }

  /** Waits until it counts so many unread articles, of so many. */
  async counts(unread: number, total: number): Promise<void> {
    let last = '';
    await until(
      async () => {
        last = await this.command('--status-full', this.#folder);
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

  /** Waits until a window, its main one where none is named, says so somewhere. */
  async says(said: RegExp, window?: string): Promise<void> {
    const where = window ?? (await this.main());
    await until(
      async () => (await this.program.names(where, 'label')).some((each) => said.test(each)),
      `${said} to be said`,
    );
  }

  /** Waits until the server has said so, in its log. */
  async logs(said: string): Promise<void> {
    const log = `${this.#person.home}/.claws-mail/claws.log`;
    await until(() => readFileSync(log, 'utf8').includes(said), `${said} in its log`);
  }

  /** Accepts a certificate that nobody it knows has signed. */
  async trust(): Promise<void> {
    const dialog = await this.program.window(/^TLS certificate is unknown$/);
    await this.program.press(dialog, 'push button', 'Accept and save');
    await this.program.gone(/^TLS certificate is unknown$/);
  }

  /** Begins an article with a button. What `written` makes of the text that is there is sent. */
  async write(button: 'Compose' | 'Reply', written: (text: string) => string, subject?: string): Promise<void> {
    await this.press('push button', button);
    const isThere = (texts: readonly string[]) => texts.at(-1)?.includes('-- \n') === true;
    const window = await this.program.window(/ - Compose message/);
    const text = (await this.program.texts(window, isThere, 'the signature')).at(-1) ?? '';
    await this.program.ask('fill', window, -1, written(text));
    // Its name changes with this.
    if (subject !== undefined)
      await this.program.ask('fill', await this.program.window(/ - Compose message/), -2, subject);
    const is = subject === undefined ? / - Compose message/ : new RegExp(`^${subject} - Compose message`);
    await this.program.press(await this.program.window(is), 'push button', 'Send');
    await this.program.gone(/ - Compose message/);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program?.[Symbol.asyncDispose]();
  }
}
