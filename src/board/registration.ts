import { randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { join, type Octets, octets } from '../wire/octets.ts';
import { ErrorResponse } from './error-response.ts';
import type { Mailer } from './mail.ts';
import type { BoardStore } from './store.ts';
import { type Account, checkUserid, SECRET_OCTETS } from './users.ts';

export interface RegistrationOptions {
  /** when the secret is mailed; `open`: at once; `approval`: after an editor's `UDBM -u userid approve` */
  readonly mode: 'open' | 'approval';
  readonly mailer: Mailer;
}

/** a valid userid that is also a mail address without need of quoting */
const ADDRESS = /^[A-Za-z0-9.]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+$/;
const LEVEL = 2;
/** s; groggsd's week for the first login */
const UNUSED_FOR = 7 * 86_400;
const PER_ADDRESS = 5;
const ADDRESSES = 10_000;
const HOUR = 3_600_000; // ms
/** accounts not yet used or approved */
const MOST_PENDING = 1000;
/**
 * "Last used" of an account whose letter has not been sent yet: so long ago that the account expires unless it is sent.
 */
const NO_LETTER = 0;

/** REGU and the USER after it (RGTP 2.2.24): creates an account and mails its secret. */
export class Registration {
  readonly #store: BoardStore;
  readonly #options: RegistrationOptions;
  readonly #title: string;
  readonly #requests = new LRUCache<string, number>({ max: ADDRESSES, ttl: HOUR });
  /** Accounts with `NO_LETTER` that stay: the letter is under way, or was sent and that could not be stored yet. */
  readonly #lettersUnderWay = new Set<Octets>();
  readonly #lettersSent = new Set<Octets>();

  constructor(store: BoardStore, title: string, options: RegistrationOptions) {
    this.#store = store;
    this.#title = title;
    this.#options = options;
  }

  /** REGU's answer. Lines with a leading blank are for the user. */
  get warning(): Octets {
    const next =
      this.#options.mode === 'open'
        ? octets` Your secret will be sent there by mail.\n`
        : octets` An Editor will look at your application; then your secret is sent there by mail.\n`;
    return join(
      [
        octets` You are about to apply for a userid, which lets you write on this board.\n`,
        octets`The next USER command names the userid and completes the application.\n`,
        octets` \n`,
        octets` The userid is your mail address, with its full domain.\n`,
        next,
        octets` Where you call from is recorded. Give no address but your own.\n`,
        octets`If you do not wish to proceed with the registration issue a QUIT command.\n`,
      ],
      octets``,
    );
  }

  /**
   * Resolves with the text of 280.
   * @param caller the `callerKey` under which registrations are counted
   * @throws ErrorResponse 511 (may try again), 482 or 484
   */
  async register(userid: Octets, caller: string): Promise<Octets> {
    if (!userid.includes('@'))
      throw new ErrorResponse(511, octets`Need a hostname: the userid must be a mail address.`);
    if (!ADDRESS.test(userid))
      throw new ErrorResponse(482, octets`Access denied: that mail address cannot be a userid.`);
    const count = this.#requests.get(caller) ?? 0;
    if (count >= PER_ADDRESS)
      throw new ErrorResponse(482, octets`Too many registrations from where you are; try again in an hour.`);
    this.#requests.set(caller, count + 1);
    try {
      return await this.#register(userid);
    } catch (error) {
      // Our own trouble is not counted against the caller; what they asked for in the meantime is.
      if (!(error instanceof ErrorResponse && error.code === 482)) {
        this.#requests.set(caller, (this.#requests.get(caller) ?? 1) - 1);
      }
      throw error;
    }
  }

  /** An account whose letter can't be sent does not count, even if the disk does not let it be removed. */
  async #register(userid: Octets): Promise<Octets> {
    const account = await this.#create(userid);
    if (account.waiting) return octets`Await an e-mail confirmation from the Editor.`;
    this.#lettersUnderWay.add(account.userid);
    try {
      await this.mail(account);
    } catch (error) {
      await this.#store.commit(() => this.#store.users.remove(account.userid, LEVEL)).catch(() => {});
      throw new ErrorResponse(484, octets`The mail with your secret could not be sent; please try again later.`, [], {
        cause: error,
      });
    } finally {
      this.#lettersUnderWay.delete(account.userid);
    }
    this.#lettersSent.add(account.userid);
    // If this fails, the next registration does it.
    await this.#store.commit(() => this.#noteLetters()).catch(() => {});
    return octets`Await the email I have sent to ${userid}`;
  }

  /** Mails an account's secret to its userid. */
  async mail(account: Account): Promise<void> {
    const secret =
      account.secret
        ?.toString('hex')
        .toUpperCase()
        .replace(/.{8}(?=.)/g, '$& ') ?? '';
    await this.#options.mailer.send({
      to: account.userid,
      subject: `Your userid on ${this.#title}`,
      text:
        `Welcome to ${this.#title}!\n\nYour userid is\n\n    ${account.userid}\n\nand your secret is\n\n    ${secret}\n\n` +
        'Your RGTP client or newsreader will ask for both. The secret proves that it is\n' +
        'really you who writes: show it to nobody. Log in within a week, or the userid\n' +
        'expires and you will have to apply again.\n\n' +
        'If you did not apply for this userid, please ignore this letter.\n',
    });
  }

  #create(userid: Octets): Promise<Account> {
    const store = this.#store;
    return store.commit(() => {
      this.expire();
      const pending = store.users.unconfirmed().length;
      if (pending >= MOST_PENDING)
        throw new ErrorResponse(482, octets`Too many registrations at the moment; try again later.`);
      const checked = checkUserid(userid);
      if ('wrong' in checked || store.users.levels(checked.userid).length > 0) {
        throw new ErrorResponse(482, octets`Re-registration denied - contact the editors.`);
      }
      const waiting = this.#options.mode === 'approval';
      const fresh: Account = {
        userid: checked.userid,
        level: LEVEL,
        secret: randomBytes(SECRET_OCTETS),
        confirmed: false,
        waiting,
        disabled: false,
        lastUsed: waiting ? store.time : NO_LETTER,
      };
      store.users.put(fresh);
      return fresh;
    });
  }

  /** Within a commit: the week begins for those whose letters were sent. */
  #noteLetters(): void {
    const { users, time } = this.#store;
    for (const userid of this.#lettersSent) {
      const account = users.levels(userid).find(({ level }) => level === LEVEL);
      if (account?.lastUsed === NO_LETTER) users.used(account, time);
      else this.#lettersSent.delete(userid);
    }
  }

  /** Within a commit: removes accounts not used in their first week, except those that await approval. */
  expire(): void {
    const { users, time } = this.#store;
    this.#noteLetters();
    for (const { userid, level, waiting, lastUsed } of users.unconfirmed()) {
      if (waiting || this.#lettersUnderWay.has(userid)) continue;
      if (time - lastUsed > UNUSED_FOR) users.remove(userid, level);
    }
  }
}
