import type { Person } from './person.ts';
import { newsgroup } from './sample-daemon.ts';
import { Sylph, type SylphAccount } from './sylph.ts';
import type { XServer } from './x-server.ts';

/** No questions, no changes of what is written; it shows the numbers of articles, and asks nobody for a newer version. */
const SETTINGS = {
  auto_update_check: 0,
  confirm_on_exit: 0,
  display_folder_unread_num: 0,
  enable_newmsg_notify_window: 0,
  linewrap_auto: 0,
  outgoing_charset: 'UTF-8',
  receive_dialog_mode: 2,
  reply_quote_format: 'On %d\\n%f wrote:\\n\\n%q',
  show_send_dialog: 0,
  signature_separator: '-- ',
  summary_col_show_number: 1,
  warn_queued_on_exit: 0,
};

/** Its tables, and columns of them. */
const FOLDERS = 0;
const ARTICLES = 1;
const NUMBER = 7;
const NEWSGROUPS = 0;
const TICKED = 0;
const NAME = 1;

/** Sylpheed. */
export class Sylpheed extends Sylph {
  constructor(person: Person, screen: XServer, account: SylphAccount) {
    super(person, screen, account, {
      command: 'sylpheed',
      folder: '.sylpheed-2.0',
      common: ['sylpheedrc', SETTINGS],
      windows: {
        main: / - Sylpheed /,
        subscribing: /^Subscribe to newsgroup$/,
        writing: / - Compose/,
        certificate: /^SSL certificate verify failed$/,
      },
      trusting: 'Always accept',
      markingAll: 'Mark all read',
      subject: 0,
      // GTK 2 tells screen readers nothing by itself. Its command line looks for the running program in TMPDIR.
      env: { GTK_MODULES: 'gail:atk-bridge', TMPDIR: person.home },
    });
  }

  protected async listNewsgroups(): Promise<void> {
    const main = await this.main();
    await this.program.select(main, FOLDERS, 0, 'Board (News)');
    await this.program.key(main, 'Menu');
    const menu = await this.program.window(/^$/);
    await this.program.press(menu, 'menu item', 'Subscribe to newsgroup...');
  }

  protected async choose(dialog: string): Promise<void> {
    await this.program.rows(dialog, NEWSGROUPS, [NAME], (rows) => rows.length > 0, 'newsgroups');
    await this.program.ask('fill', dialog, 0, `${newsgroup}*`);
    await this.program.press(dialog, 'push button', ' Search ');
    const is = ([name]: readonly string[]) => name === newsgroup;
    const rows = await this.program.rows(dialog, NEWSGROUPS, [NAME], (all) => all.some(is), newsgroup);
    await this.program.ask('act', dialog, NEWSGROUPS, rows.findIndex(is), TICKED);
    await this.program.press(dialog, 'push button', 'OK');
  }

  protected async admit(isUntrusted: boolean): Promise<void> {
    await this.login();
    if (isUntrusted) await this.trust();
  }

  /** It asks at each connection. */
  protected async remember(): Promise<void> {}

  async open(): Promise<void> {
    const main = await this.main();
    await this.program.select(main, FOLDERS, 0, newsgroup);
    await this.program.key(main, 'Return');
  }

  /** Looks for the subject: all articles are too many to look through. */
  async openArticle(number: number, subject: string): Promise<void> {
    const main = await this.main();
    await this.program.ask('enter', main, 0, subject);
    const is = ([each]: readonly string[]) => each === String(number);
    const rows = await this.program.rows(main, ARTICLES, [NUMBER], (all) => all.some(is), `article ${number}`);
    await this.program.ask('pick', main, ARTICLES, rows.findIndex(is));
    await this.press('menu item', 'Mark as read');
    await this.program.ask('enter', main, 0, '');
  }

  /** It would notice only after a minute, or at the second command, that its connection is dead. */
  async fetchAnew(unread: number, total: number): Promise<void> {
    for (let twice = 0; twice < 2; twice++) await this.press('check menu item', 'Work offline');
    await this.command('--receive-all');
    await this.login();
    await this.counts(unread, total);
  }
}
