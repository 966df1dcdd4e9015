import { readFileSync } from 'node:fs';
import type { Person } from './person.ts';
import { newsgroup } from './sample-daemon.ts';
import { Sylph, type SylphAccount } from './sylph.ts';
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

/** Claws Mail. Its lists tell a screen reader nothing. */
export class ClawsMail extends Sylph {
  readonly #log: string;

  constructor(person: Person, screen: XServer, account: SylphAccount) {
    super(person, screen, account, {
      command: 'claws-mail',
      folder: '.claws-mail',
      common: ['clawsrc', SETTINGS],
      windows: {
        main: / - Claws Mail /,
        subscribing: /^Newsgroup subscription$/,
        writing: / - Compose message/,
        certificate: /^TLS certificate is unknown$/,
      },
      trusting: 'Accept and save',
      markingAll: 'Mark all read in folder',
      subject: -2,
    });
    this.#log = `${person.home}/.claws-mail/claws.log`;
  }

  protected async listNewsgroups(): Promise<void> {
    // The news server is the last of the folders: its menu.
    await this.program.key(await this.main(), 'End', 'Menu', 's');
  }

  protected async choose(dialog: string): Promise<void> {
    await this.program.says(dialog, /^Done\.$/);
    await this.program.ask('fill', dialog, 0, newsgroup);
    await this.program.press(dialog, 'push button', ' Search ');
    // What was found is in the second row, and the mouse alone ticks it. The key comes behind it.
    await this.program.focus(dialog, 'OK');
    await this.program.click(dialog, 100, 134);
    await this.program.key(dialog, 'space');
  }

  protected async admit(isUntrusted: boolean): Promise<void> {
    if (isUntrusted) await this.trust();
    await this.login();
  }

  protected remember(dialog: string): Promise<void> {
    return this.program.press(dialog, 'check box', 'Remember password for this session');
  }

  async open(): Promise<void> {
    await this.command('--select', this.folder);
  }

  async openArticle(number: number): Promise<void> {
    await this.command('--select', `${this.folder}/${number}`);
  }

  /** It would notice only after a minute that its connection is dead. */
  async fetchAnew(unread: number, total: number): Promise<void> {
    await this.command('--offline');
    await this.command('--online');
    await this.fetch(unread, total);
  }

  /** Cancels the article that is open. */
  async cancel(): Promise<void> {
    await this.press('menu item', 'Cancel a news message');
  }

  /** Waits until the server has said so, in its log. */
  async logs(said: string): Promise<void> {
    await until(() => readFileSync(this.#log, 'utf8').includes(said), `${said} in its log`);
  }
}
