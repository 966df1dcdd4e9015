import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { Marionette, MarionetteError } from './marionette.ts';
import type { Person } from './person.ts';
import { until } from './until.ts';
import type { XServer } from './x-server.ts';

/** What each script may use: the main window, its three panes, another window by what its address contains once it is loaded; `later` does not wait. */
const PRELUDE = `
  const main = Services.wm.getMostRecentWindow('mail:3pane');
  const panes = main?.document.getElementById('tabmail')?.currentAbout3Pane;
  const opening = (name) => [...Services.wm.getEnumerator(null)].find(({ location }) => location.href.includes(name));
  const opened = (name) => (opening(name)?.document.readyState === 'complete' ? opening(name) : undefined);
  const later = (act) => Services.tm.dispatchToMainThread(act);
`;

/** Whether a folder is the selected one, in the list of folders, too; where it is not, it is selected. */
const SHOWN = `
  const isShown = (folder) => {
    if (panes.gFolder?.URI === folder && panes.document.getElementById('folderTree').selectedRow?.uri === folder) return true;
    panes.displayFolder(folder);
    return false;
  };
`;

/** ms: the first start of a profile on a busy machine takes its time */
const PATIENCE = 200_000;

/** No desktop that shows notifications in place of dialogs. */
const ALONE = { DBUS_SESSION_BUS_ADDRESS: 'disabled:' };

interface ShownArticle {
  readonly subject: string;
  readonly from: string;
  readonly body: string;
}

interface ThreadRow {
  /** 0: it begins the thread */
  readonly level: number;
  readonly messageId: string;
  readonly subject: string;
}

/** Thunderbird as it is installed, worked from inside: its own windows, its own commands. */
export class Thunderbird implements AsyncDisposable {
  readonly #person: Person;
  readonly #screen: XServer;
  readonly #profile: string;
  #child: ChildProcess | undefined;
  #marionette: Marionette | undefined;
  /** The address of the newsgroup that was selected last. */
  #folder: string | undefined;

  constructor(person: Person, screen: XServer, profile: string) {
    this.#person = person;
    this.#screen = screen;
    this.#profile = profile;
  }

  async start(): Promise<void> {
    const told = join(this.#profile, 'MarionetteActivePort');
    rmSync(told, { force: true });
    const { home } = this.#person;
    const env = { ...process.env, HOME: home, DISPLAY: this.#screen.display, LANG: 'C.UTF-8', ...ALONE };
    const args = ['--profile', this.#profile, '--no-remote', '--marionette', '--remote-allow-system-access'];
    // It leads a group of its own: what it starts goes with it.
    this.#child = spawn('thunderbird', args, { env, stdio: 'ignore', detached: true });
    const port = await until(
      () => existsSync(told) && (Number(readFileSync(told, 'utf8')) || false),
      'Thunderbird',
      PATIENCE,
    );
    this.#marionette = await Marionette.connect(port);
    await this.until('return panes?.document.querySelectorAll("#folderTree li").length > 1', 'its folder pane');
  }

  /** Leaves it as people do. */
  async quit(): Promise<void> {
    const ended = this.#child === undefined ? undefined : once(this.#child, 'exit');
    // It may be gone before it answers.
    await this.run('later(() => main.goQuitApplication())').catch(() => undefined);
    await ended;
    this.#marionette?.close();
  }

  async run(script: string, ...args: Parameters<Marionette['run']>[1][]): Promise<unknown> {
    if (this.#marionette === undefined) throw new Error('Thunderbird is not started');
    return this.#marionette.run(PRELUDE + script, ...args);
  }

  /** Runs the script again and again until it gives something true. */
  async until(script: string, what: string, ...args: Parameters<Marionette['run']>[1][]): Promise<unknown> {
    return until(async () => (await this.run(script, ...args)) || undefined, what, PATIENCE);
  }

  /**
   * Keeps an exception for a certificate that nobody it knows has signed, as its settings do: the certificate in base64. Without one it breaks
   * off the handshake, and asks, or now and then says that the connection was refused.
   */
  async trust(port: number, certificate: string): Promise<void> {
    await this.run(
      `const database = Cc['@mozilla.org/security/x509certdb;1'].getService(Ci.nsIX509CertDB);
      const exceptions = Cc['@mozilla.org/security/certoverride;1'].getService(Ci.nsICertOverrideService);
      const certificate = database.constructX509FromBase64(arguments[1]);
      exceptions.rememberValidityOverride('127.0.0.1', arguments[0], {}, certificate, false);`,
      port,
      certificate,
    );
  }

  /** Ticks a newsgroup in the window of those that the server has: the names of all. */
  async subscribe(newsgroup: string): Promise<unknown> {
    await this.run('panes.displayFolder("news://127.0.0.1"); later(() => main.MsgSubscribe(panes.gFolder))');
    const tree = `const tree = opened('subscribe.xhtml')?.document.getElementById('subscribeTree');
      const rows = [...(tree?.querySelectorAll('tr') ?? [])].filter((row) => row.querySelector('input'));
      const groups = rows.filter((row) => !row.querySelector('input').hidden);`;
    const found = await this.until(
      `${tree} return rows.length > 0 && rows.length === tree.view.rowCount && groups.map((row) => row.textContent.trim())`,
      'the list of newsgroups',
    );
    await this.run(
      `${tree} groups.find((row) => row.textContent.trim() === arguments[0]).querySelector('input').click();
      later(() => opened('subscribe.xhtml').document.querySelector('dialog').acceptDialog());`,
      newsgroup,
    );
    await this.until('return !opening("subscribe.xhtml")', 'the window to close');
    return found;
  }

  /** Selects a newsgroup, and waits until it has `total` articles. */
  async open(newsgroup: string, total: number): Promise<void> {
    this.#folder = folderOf(newsgroup);
    await this.until(`${SHOWN} return isShown(arguments[0]) && panes.gDBView !== null`, newsgroup, this.#folder);
    await this.until('return panes.gFolder.getTotalMessages(false) === arguments[0]', `${total} articles`, total);
  }

  /** Selects an article in the list, as a click on it does, and waits until it is shown. */
  async select(messageId: string): Promise<void> {
    await this.until(
      `const row = [...panes.gFolder.messages].find(({ messageId }) => messageId === arguments[0]);
      if (row === undefined) return false;
      panes.selectMessage(row);
      return true;`,
      `${messageId} in the list`,
      bare(messageId),
    );
    await this.until(
      `const message = panes.messageBrowser.contentWindow;
      return message.gMessage?.messageId === arguments[0] && message.msgLoaded === true`,
      `${messageId} to be shown`,
      bare(messageId),
    );
  }

  /** The selected article as it is on the screen. */
  async shown(): Promise<ShownArticle> {
    const shown = await this.run(`
      const { document, getMessagePaneBrowser } = panes.messageBrowser.contentWindow;
      const [subject, from] = ['subject', 'from'].map((name) => document.getElementById('expanded' + name + 'Box'));
      return {
        subject: subject.textContent.replace(/^Subject:?/, '').trim(),
        from: from.querySelector('.recipient-single-line').textContent.trim(),
        body: getMessagePaneBrowser().contentDocument.querySelector('.moz-text-plain, .moz-text-flowed').textContent,
      };`);
    // As the script makes it.
    return shown as ShownArticle;
  }

  /** The rows of the list from the first of the selected article's thread to its last, as they are indented. */
  async thread(): Promise<readonly ThreadRow[]> {
    const rows = await this.run(`
      const view = panes.gDBView;
      let first = view.selection.currentIndex;
      while (view.getLevel(first) > 0) first--;
      const rows = [];
      for (let at = first; at === first || (at < view.rowCount && view.getLevel(at) > 0); at++) {
        const { messageId } = view.getMsgHdrAt(at);
        rows.push({ level: view.getLevel(at), messageId: '<' + messageId + '>', subject: view.cellTextForColumn(at, 'subjectCol') });
      }
      return rows;`);
    // As the script makes them.
    return rows as readonly ThreadRow[];
  }

  /** Begins an article with a command, writes its text where the cursor stands, and sends it. It does not wait until it is sent. */
  async write(command: 'cmd_newMessage' | 'cmd_replyGroup', text: string, subject?: string): Promise<void> {
    await this.command(command);
    await this.until("return opened('messengercompose.xhtml')?.composeEditorReady === true", 'the window to write in');
    await this.run(
      `const writing = opened('messengercompose.xhtml');
      if (arguments[1] !== null) {
        const subject = writing.document.getElementById('msgSubject');
        subject.focus();
        subject.setUserInput(arguments[1]);
      }
      writing.GetCurrentEditor().insertText(arguments[0]);
      later(() => writing.goDoCommand('cmd_sendNow'));`,
      text,
      subject ?? null,
    );
  }

  /** Waits until nothing is being written or sent any more. */
  async sent(): Promise<void> {
    await this.until(
      'return !opening("messengercompose.xhtml") && !opening("sendProgress.xhtml")',
      'the article to be sent',
    );
  }

  /** Waits until it counts so many articles of the open newsgroup as unread, in its store and in the folder pane. */
  async unread(count: number): Promise<void> {
    await this.until(
      `const badge = panes.document.querySelector('#folderTree li.selected .unread-count').textContent;
      return panes.gFolder.getNumUnread(false) === arguments[0] && Number(badge) === arguments[0];`,
      `${count} unread articles`,
      count,
    );
  }

  /** A command of the three panes or of the main window. */
  async command(name: string): Promise<void> {
    // Just started, it may go back to the account after a newsgroup was selected; an article written then is a letter.
    await this.until(
      `${SHOWN}
      if (arguments[1] !== null && !isShown(arguments[1])) return false;
      const controller = [panes.commandController, main.document.commandDispatcher.getControllerForCommand(arguments[0])]
        .find((each) => each?.supportsCommand(arguments[0]) && each.isCommandEnabled(arguments[0]));
      if (controller === undefined) return false;
      later(() => controller.doCommand(arguments[0]));
      return true;`,
      `${name} to be possible`,
      name,
      this.#folder ?? null,
    );
  }

  /** What the dialog says that is open, once one is. */
  async dialog(): Promise<string> {
    return until(() => this.#dialogNow(), 'a dialog', PATIENCE);
  }

  async #dialogNow(): Promise<string | undefined> {
    // A dialog of the main window answers to the protocol, and then nothing else does; one of another window to a script.
    const ofMain = await this.#alert('WebDriver:GetAlertText');
    if (typeof ofMain === 'object' && ofMain !== null && 'value' in ofMain) return String(ofMain.value);
    const said = await this.run(
      'return opened("commonDialog.xhtml")?.document.getElementById("infoBody")?.textContent',
    ).catch((error: unknown) => (isAbout(error, 'unexpected alert open') ? undefined : Promise.reject(error)));
    return typeof said === 'string' && said !== '' ? said : undefined;
  }

  /** Fills in the login that it asks for, and has it kept. */
  async login(userid: string, secret: string): Promise<void> {
    expect(await this.dialog()).toContain('enter a username and password for The board');
    await this.accept(
      `dialog.getElementById('loginTextbox').value = arguments[0];
      dialog.getElementById('password1Textbox').value = arguments[1];
      dialog.getElementById('checkbox').click();`,
      userid,
      secret,
    );
  }

  /** Its first button. Before, `script` may fill in `dialog`. */
  async accept(script = '', ...args: string[]): Promise<void> {
    if ((await this.#alert('WebDriver:AcceptAlert')) !== undefined) return;
    await this.run(
      `
      const dialog = opened('commonDialog.xhtml').document;
      ${script};
      later(() => dialog.getElementById('commonDialog').acceptDialog());`,
      ...args,
    );
    await this.until('return !opening("commonDialog.xhtml")', 'the dialog to close');
  }

  async #alert(command: string): Promise<unknown> {
    try {
      return await this.#marionette?.command(command);
    } catch (error) {
      if (isAbout(error, 'no such alert')) return undefined;
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#marionette?.close();
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    await ended;
  }
}

const folderOf = (newsgroup: string): string => `news://127.0.0.1/${newsgroup}`;

const bare = (messageId: string): string => messageId.replace(/^<|>$/g, '');

const isAbout = (error: unknown, kind: string): boolean => error instanceof MarionetteError && error.kind === kind;
