import { type Octets, octets } from '../../wire/octets.ts';
import type { EditLogEntry } from '../edit-log.ts';
import { RgtpError } from '../errors.ts';
import type { IndexEntry } from '../index-entry.ts';
import type { Dialect, Item, ParseItemOptions } from '../item.ts';
import type { ItemStatus } from '../item-status.ts';
import { type Motd, motdFieldOrder } from '../motd.ts';
import { expect, expectLines, line } from './command.ts';
import { connect, type Greeted } from './connect.ts';
import * as editing from './editing.ts';
import { type Credentials, changeLevel, type Level, levelOf, logIn } from './login.ts';
import { type ClientOptions, DEFAULT_LIMITS, type Limits } from './options.ts';
import type { DataOctets } from './pending.ts';
import type { Posted, PostedItem } from './posting.ts';
import * as posting from './posting.ts';
import * as reading from './reading.ts';
import type { Transport } from './transport.ts';

const GUEST = octets`guest`;
/** for the answer to QUIT */
const GOODBYE_MS = 5000;

/**
 * A connection to an RGTP server. Commands can be pipelined; they are sent and answered in order. Every method rejects
 * with `RgtpError`. A refusal leaves the connection usable; nonsense, time-outs and lost connections end it.
 *
 * DATA, the chance to CONT and edits are state of the connection: to post or edit, use one exclusively.
 */
export class RgtpConnection {
  /** the text of the server's greeting, without its code */
  readonly banner: Octets;
  readonly dialect: Dialect;
  readonly #transport: Transport;
  readonly #credentials: Credentials;
  readonly #limits: Pick<Limits, 'index' | 'item'>;
  #level: Level;
  #locked = false;
  /** The open edit; `text`: the outcome of DATA for it. */
  #edit: { text: 'none' | 'taken' | 'refused' } | undefined;

  private constructor({ transport, banner }: Greeted, options: ClientOptions) {
    this.#transport = transport;
    this.banner = banner.text;
    this.dialect = /spurge/i.test(banner.text) ? 'spurge' : 'standard';
    this.#level = levelOf(banner);
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#credentials = {
      user: options.user ?? GUEST,
      secret: options.secret,
      foldWholeUserid: this.dialect === 'spurge',
    };
  }

  /** Connects, logs in (or reads as guest) and checks the server's proof. `signal` aborts that. */
  static async open(options: ClientOptions, signal?: AbortSignal): Promise<RgtpConnection> {
    const connection = await RgtpConnection.openForRegistration(options, signal);
    const abort = () => connection.destroy(new RgtpError('unavailable', 'given up', { cause: signal?.reason }));
    signal?.addEventListener('abort', abort);
    try {
      // After a banner of 231 or more guests can read without USER.
      if (options.user !== undefined || connection.level === 0) {
        connection.#level = await logIn(connection.#transport, connection.#credentials, options.level);
      }
      return connection;
    } catch (error) {
      connection.destroy();
      signal?.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  /** Connects without logging in: for MOTD, HELP and registration. */
  static async openForRegistration(options: ClientOptions, signal?: AbortSignal): Promise<RgtpConnection> {
    return new RgtpConnection(await connect(options, signal), options);
  }

  /** 0 message of the day only, 1 read, 2 post, 3 edit */
  get level(): Level {
    return this.#level;
  }

  /** False once the connection has ended. */
  get usable(): boolean {
    return this.#transport.ended === undefined;
  }

  /** No command under way, no lock, no edit: fit for reuse. */
  get idle(): boolean {
    return this.usable && this.#transport.pending === 0 && !this.#locked && this.#edit === undefined;
  }

  /**
   * INDX, row by row. Malformed rows go to `onBad`; without it, the first one rejects at the end. `octets`: see
   * `DataOctets`.
   */
  index(
    from: reading.IndexStart,
    onEntry: (entry: IndexEntry) => void,
    onBad?: (row: Octets, error: Error) => void,
    octets?: DataOctets,
  ): Promise<void> {
    return reading.index(this.#transport, from, this.#limits.index, onEntry, onBad, octets);
  }

  /** ITEM. With data from the index, ambiguous headers are resolved. */
  item(id: string, options: Pick<ParseItemOptions, 'useridOf' | 'timeOf'> = {}): Promise<Item> {
    return reading.item(this.#transport, id, this.#limits.item, { dialect: this.dialect, ...options });
  }

  stat(id: string): Promise<ItemStatus & { readonly subject: Octets }> {
    return reading.stat(this.#transport, id);
  }

  /** `undefined`: there is none */
  motd(): Promise<Motd | undefined> {
    return reading.motd(this.#transport, motdFieldOrder(this.banner));
  }

  /** Rejects with `unsupported` on spurge. */
  editLog(): Promise<EditLogEntry[]> {
    return reading.editLog(this.#transport);
  }

  /** For a copy of a board: the data of an answer as received. The view of a line is valid during the call. */
  verbatim(question: reading.Question, argument: Octets, limit: number, onLine: (line: Buffer) => void): Promise<void> {
    return reading.verbatim(this.#transport, question, argument, limit, onLine);
  }

  help(): Promise<Octets[]> {
    return expectLines(this.#transport, octets`HELP`);
  }

  /** DATA: sends the text for the next command. During an edit, `grogname` is the first line of the replacement. */
  async data(grogname: Octets, lines: readonly Octets[]): Promise<void> {
    const edit = this.#edit;
    try {
      await posting.data(this.#transport, grogname, lines);
    } catch (error) {
      // The server has forgotten any earlier text, and would take EDCF for a withdrawal.
      if (edit !== undefined) edit.text = 'refused';
      throw error;
    }
    if (edit !== undefined) edit.text = 'taken';
  }

  /** NEWI with the text sent before. After `unavailable` or `nonsense` the item may exist. */
  newItem(subject: Octets): Promise<PostedItem> {
    return posting.newItem(this.#transport, subject);
  }

  /**
   * REPL with the text sent before. After `full`, `continue` may follow at once; with `continued`, `itemId` names the
   * item to reply to.
   */
  reply(id: string): Promise<Posted> {
    return posting.reply(this.#transport, id);
  }

  /** CONT after `full`. */
  continue(subject: Octets): Promise<PostedItem> {
    return posting.continueItem(this.#transport, subject);
  }

  /** EDLK */
  async lock(): Promise<void> {
    await editing.lock(this.#transport);
    this.#locked = true;
  }

  /** EDUL */
  async unlock(): Promise<void> {
    await editing.unlock(this.#transport);
    this.#locked = false;
  }

  /** EDIT: the item's data as sent, carets doubled. Then `data` and `confirmEdit`, or `withdraw`, or `abortEdit`. */
  async edit(id: string): Promise<Octets[]> {
    const lines = await editing.edit(this.#transport, id);
    this.#edit = { text: 'none' };
    return lines;
  }

  /** EDIX: the rows of the index as sent. Then `data` and `confirmEdit`, or `abortEdit`. */
  async editIndex(): Promise<Octets[]> {
    const rows = await editing.editIndex(this.#transport);
    this.#edit = { text: 'none' };
    return rows;
  }

  /**
   * EDCF for an edit whose new text the server has accepted. Refuses without one, because the server would withdraw the
   * item. After a failed `data` the edit is still open: abort it, or send the text again.
   */
  async confirmEdit(reason: Octets): Promise<Posted> {
    if (this.#edit?.text !== 'taken') {
      throw new RgtpError('bug', 'the server has no text for this edit; confirming it would withdraw the item');
    }
    return this.#confirm(reason);
  }

  /** EDCF without a text: removes the whole item from the board. */
  async withdraw(reason: Octets): Promise<Posted> {
    if (this.#edit?.text !== 'none') throw new RgtpError('bug', 'withdrawing needs an edit for which no text was sent');
    return this.#confirm(reason);
  }

  async #confirm(reason: Octets): Promise<Posted> {
    const posted = await editing.confirmEdit(this.#transport, reason);
    this.#edit = undefined;
    return posted;
  }

  /** EDAB */
  async abortEdit(): Promise<void> {
    await editing.abortEdit(this.#transport);
    this.#edit = undefined;
  }

  /** MOTS: makes the text sent before, without its first line (the grogname), the message of the day. */
  setMotd(): Promise<Posted> {
    return editing.setMotd(this.#transport);
  }

  /** DIFF of an item, or of the index. `no-such-item` if there is none; groggsd then closes the connection. */
  diff(id?: string): Promise<Octets[]> {
    return editing.diff(this.#transport, id);
  }

  /** UDBM, in the server's own syntax. */
  userDatabase(request: Octets): Promise<Octets[]> {
    return editing.userDatabase(this.#transport, request);
  }

  /**
   * ALVL: lowers the level at once, raises it with a new proof; `undefined`: the highest, if the server supports that.
   */
  async changeLevel(level?: 1 | 2 | 3): Promise<Level> {
    this.#level = await changeLevel(this.#transport, this.#credentials, level);
    return this.#level;
  }

  /** REGU: the warning to show; lines with a leading blank are for the user. Only after `openForRegistration`. */
  startRegistration(): Promise<Octets[]> {
    return expectLines(this.#transport, octets`REGU`);
  }

  /** USER after `startRegistration`: applies for an account. Resolves with the server's words on what comes next. */
  async register(userid: Octets): Promise<Octets> {
    return (await expect(this.#transport, line('USER', userid, 'refused'), 280)).text;
  }

  /** QUIT. Resolves when the server has answered or closed the connection. */
  async close(): Promise<void> {
    await this.#transport.perform({ command: octets`QUIT`, timeout: GOODBYE_MS }).catch(() => undefined);
    this.destroy();
  }

  destroy(reason = new RgtpError('unavailable', 'connection closed')): void {
    this.#transport.end(reason);
  }

  /** Like `destroy`, and what has been sent but has not arrived is not sent again. */
  cut(): void {
    this.#transport.end(new RgtpError('unavailable', 'cut: it must not commit any more'), 'reset');
  }
}
