import { Accessible } from './accessible.ts';
import { Clipboard } from './clipboard.ts';
import { inGroup } from './desk.ts';
import { type EvolutionAccount, evolutionHome } from './evolution-home.ts';
import type { Person } from './person.ts';
import { newsgroup } from './sample-daemon.ts';
import { until } from './until.ts';
import type { XServer } from './x-server.ts';

/** Its windows: the main one is called after what is open. */
const MAIN = /^(Mail|sample\.board( \(\d+ unread\))?)$/;
const PASSWORD = /^Mail authentication request$/;
const CERTIFICATE = /^Certificate trust/;
const SUBSCRIBING = /^Folder Subscriptions$/;
const COMPOSING = /^Compose Message$/;

/** Its tables: folders, then articles; columns of the latter. */
const FOLDERS = 0;
const ARTICLES = 1;
const FROM = 3;
const SUBJECT = 4;

/** What a search may find: to read more rows takes long. */
const FEW = 300;

type Point = readonly [x: number, y: number];

/**
 * Pixels in a window: in the text of an article, and in a text that is being written. The headers of an article are a
 * document of their own above its text, and not always of the same height: where one point hits them, another does not.
 */
const IN_ARTICLE: readonly Point[] = [235, 260, 215, 285, 310].map((y) => [40, y]);
const IN_COMPOSER: readonly Point[] = [[150, 380]];

/** ms that a text gets to be drawn, before its window is opened again */
const DRAWN = 20_000;

/** What tells one article from others, as a list shows it. */
export interface Listed {
  readonly subject: string;
  readonly name: string;
}

/** What is copied has blanks that break. */
const asCopied = (text: string): string => text.trimEnd().replaceAll('\u00a0', ' ');

const isSigned = (text: string): boolean => text.includes('-- \n');

/** Evolution. Its texts are web pages, which tell a screen reader nothing: they are copied and pasted. */
export class Evolution implements AsyncDisposable {
  readonly #person: Person;
  readonly #screen: XServer;
  readonly #account: EvolutionAccount;
  readonly #clipboard: Clipboard;
  readonly #env: Record<string, string>;
  #program: Accessible | undefined;

  constructor(person: Person, screen: XServer, account: EvolutionAccount) {
    this.#person = person;
    this.#screen = screen;
    this.#account = account;
    this.#clipboard = new Clipboard(screen);
    this.#env = evolutionHome(person, account);
  }

  /** It connects at once, and asks for the password. */
  async start(): Promise<void> {
    this.#program = new Accessible(this.#screen, ['evolution'], this.#env);
    const { security } = this.#account;
    if (security === 'ssl-on-alternate-port') await this.#trust();
    await this.#login();
    if (security === 'starttls-on-standard-port') await this.#trust();
  }

  /** Trusts a certificate that nobody it knows has signed. */
  async #trust(): Promise<void> {
    await this.program.press(await this.program.window(CERTIFICATE), 'push button', 'Accept Permanently');
    await this.program.gone(CERTIFICATE);
  }

  async quit(): Promise<void> {
    await this.#press('Quit');
    await this.program.gone(MAIN);
    await this.program[Symbol.asyncDispose]();
  }

  get program(): Accessible {
    if (this.#program === undefined) throw new Error('Evolution is not started');
    return this.#program;
  }

  async #login(): Promise<void> {
    const dialog = await this.program.window(PASSWORD);
    await this.program.ask('fill', dialog, 0, this.#person.secret);
    await this.program.press(dialog, 'push button', 'OK');
    await this.program.gone(PASSWORD);
  }

  /** Subscribes to the newsgroup, and opens it. */
  async subscribe(): Promise<void> {
    await this.program.key(await this.#main(), 'alt+o', 's');
    const dialog = await this.program.window(SUBSCRIBING);
    await this.program.rows(dialog, 0, [1], (rows) => rows.length > 0, 'newsgroups');
    await this.program.press(dialog, 'push button', 'Expand All');
    const is = ([name]: readonly string[]) => name === newsgroup.split('.')[1];
    const rows = await this.program.rows(dialog, 0, [1], (all) => all.some(is), newsgroup);
    await this.program.ask('pick', dialog, 0, rows.findIndex(is));
    await this.program.press(dialog, 'push button', 'Subscribe');
    await until(async () => {
      const main = await this.#main();
      const folders = await this.program.rows(main, FOLDERS, [0], (all) => all.length > 0, 'folders');
      if (folders.some(([name = '']) => name.startsWith(newsgroup))) return true;
      await this.program.ask(
        'act',
        main,
        FOLDERS,
        folders.findIndex(([name]) => name === 'Board'),
        0,
      );
      return false;
    }, `${newsgroup} among the folders`);
    await this.program.press(dialog, 'push button', 'Close');
    await this.program.gone(SUBSCRIBING);
    await this.program.select(await this.#main(), FOLDERS, 0, newsgroup);
  }

  /** Waits until so many articles are unread. */
  async counts(unread: number): Promise<void> {
    await this.program.window(unread === 0 ? newsgroup : `${newsgroup} (${unread} unread)`);
  }

  async markAllRead(): Promise<void> {
    // There is nothing to press where nothing is unread.
    if ((await this.#main()) === newsgroup) return;
    await this.#press('Mark All Messages as Read');
    await this.counts(0);
  }

  /** Looks for news over a new connection, and waits until so many articles are unread: over its first one it does not look. */
  async fetch(unread: number): Promise<void> {
    await this.#press('Work Offline');
    await this.#press('Work Online');
    await this.#press('Refresh');
    await this.counts(unread);
  }

  /** Looks for an article, and selects it. What is listed then. */
  async find({ subject, name }: Listed): Promise<void> {
    await this.#inMain('enter', 0, subject);
    const is = ([from = '', about]: readonly string[]) => about === subject && from.includes(name);
    await until(async () => Number(await this.program.ask('size', await this.#main(), ARTICLES)) < FEW, 'few articles');
    const isFiltered = (rows: readonly string[][]) => rows.every(([, about = '']) => about.includes(subject));
    const rows = await this.program.rows(
      await this.#main(),
      ARTICLES,
      [FROM, SUBJECT],
      (all) => isFiltered(all) && all.some(is),
      `${subject} by ${name}`,
    );
    await this.#inMain('go', ARTICLES, rows.findIndex(is), SUBJECT);
  }

  /** The subjects that threads begin with: all that is listed when they are closed. */
  async threads(): Promise<readonly string[]> {
    await this.#press('Collapse All Threads');
    const isClosed = (rows: readonly string[][]) => rows.length > 0 && rows.length < inGroup.length / 2;
    const rows = await this.program.rows(await this.#main(), ARTICLES, [SUBJECT], isClosed, 'closed threads');
    await this.#press('Expand All Threads');
    return rows.flat();
  }

  /** Opens an article in a window that is called after its subject; waits until that text is in it, and closes it. */
  async read(article: Listed, text: string): Promise<void> {
    await this.find(article);
    const is = (there: string) => asCopied(there) === asCopied(text);
    await this.#opened(article, (window) => this.#copies(window, IN_ARTICLE, is, text, DRAWN)).catch(() =>
      this.#opened(article, (window) => this.#copies(window, IN_ARTICLE, is, text)),
    );
  }

  /** Opens the selected article in a window, which it closes when that is read. */
  async #opened({ subject }: Listed, read: (window: string) => Promise<unknown>): Promise<void> {
    await this.#press('Open in New Window');
    const window = await this.program.window(subject);
    try {
      await read(window);
    } finally {
      await this.#screen.picture('evolution-reads');
      await this.program.key(window, 'Escape');
      await this.program.gone(subject);
    }
  }

  /** Posts an article with that text, and its signature. */
  async post(subject: string, text: string): Promise<void> {
    await this.#press('Compose New Message');
    const window = await this.program.window(COMPOSING);
    await this.program.texts(window, ([, to]) => to === `folder://board/${newsgroup}`, 'where it is posted to');
    await this.program.ask('fill', window, 0, subject);
    await this.#copies(await this.program.window(subject), IN_COMPOSER, isSigned, 'the signature');
    await this.#send(subject, text, 'ctrl+Home');
  }

  /** The same below what it quotes of the selected article. It takes an @ in the user name for the end of one: that is mended. */
  async reply(subject: string, text: string): Promise<void> {
    await this.#press('Reply to All');
    const window = await this.program.window(subject);
    const isAddress = ([, address = '']: readonly string[]) => address.startsWith('nntp:');
    const [, to = ''] = await this.program.texts(window, isAddress, 'where it is posted to');
    await this.program.ask('fill', window, 1, to.replace('@', '%40'));
    await this.#copies(window, IN_COMPOSER, isSigned, 'the signature');
    // Up from the signature and its separator.
    await this.#send(subject, text, 'ctrl+End', 'Up', 'Up');
  }

  /** Pastes a text where some keys lead, and sends what is written then. */
  async #send(window: string, text: string, ...keys: readonly string[]): Promise<void> {
    await this.#clipboard.write(text);
    await this.program.key(window, ...keys, 'ctrl+v');
    await this.#copies(window, IN_COMPOSER, (there) => asCopied(there).includes(asCopied(text)), text);
    await this.#screen.picture('evolution-writes');
    await this.program.press(window, 'push button', 'Send');
    await this.program.gone(window);
  }

  /** All of a text, as it is copied from one of those points, once `wanted` is so. */
  async #copies(
    window: string,
    points: readonly Point[],
    wanted: (text: string) => boolean,
    what: string,
    timeout?: number,
  ): Promise<string> {
    let last = '';
    let tries = 0;
    await until(
      async () => {
        const [x, y] = points[tries++ % points.length] ?? [0, 0];
        await this.program.click(window, x, y);
        await this.program.key(window, 'ctrl+a', 'ctrl+c');
        last = await this.#clipboard.read();
        return wanted(last);
      },
      () => `${what}, in ${JSON.stringify(last)}`,
      timeout,
    );
    return last;
  }

  #main(): Promise<string> {
    return this.program.window(MAIN);
  }

  #press(item: string): Promise<void> {
    return this.#inMain('press', 'menu item', item);
  }

  /** Asks something of the main window, whose name changes, until it is done. */
  async #inMain(name: string, ...args: readonly (string | number)[]): Promise<void> {
    await until(
      async () => {
        const main = await this.#main();
        return this.program.ask(name, main, ...args).then(
          (isDone) => isDone === true,
          () => false,
        );
      },
      `${name} ${args.join(' ')}`,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program?.[Symbol.asyncDispose]();
  }
}
