import type { Shared } from '../../store/shared.ts';
import { inTime } from '../../wire/in-time.ts';
import type { Octets } from '../../wire/octets.ts';
import { OneAtATime } from '../one-at-a-time.ts';
import type { OwnPostRegister } from './own-posts.ts';
import { type Plan, parsePlan, sameUserid } from './plan.ts';
import type { UnreadPosts } from './unread-posts.ts';

/** ms: hints announce what others have finished, and asking finds out if a hint is lost */
const ASK_AGAIN = 100;

export interface OtherBridgesOptions {
  readonly newsgroup: string;
  readonly shared: Shared;
  readonly own: OwnPostRegister;
  readonly unread: UnreadPosts;
  /** Whether this bridge has a post with this Message-ID under way, or is looking for it. */
  readonly isOurs: (messageId: string) => boolean;
}

/**
 * The posts of the board's other bridges, known from the shared store. A post is intended there before it is sent to
 * the board, so a bridge that asks the store after reading the board knows every post that it has read: by its
 * Message-ID, or as one under way.
 */
export class OtherBridges {
  readonly #options: OtherBridgesOptions;
  #position: string | undefined;
  /** posts that others have under way, by Message-ID */
  #open: ReadonlyMap<string, Plan> = new Map();
  readonly #questions = new OneAtATime(() => this.#ask());
  #hinted = Promise.withResolvers<void>();

  constructor(options: OtherBridgesOptions) {
    this.#options = options;
  }

  /** Finds the position from which posts are news. @throws StoreError */
  async start(): Promise<void> {
    this.#position = (await this.#options.shared.news(undefined)).position;
  }

  /** Whether another bridge had a post with this Message-ID under way, when last asked. */
  isOpen(messageId: string): boolean {
    return this.#open.has(messageId);
  }

  /** The state of another bridge's post may have changed. */
  hinted(): void {
    this.#hinted.resolve();
    this.#hinted = Promise.withResolvers();
    this.catchUp().catch(() => {});
  }

  /** Resolves once everything that the store knew at the time of the call is known here. @throws StoreError */
  catchUp(): Promise<void> {
    return this.#questions.run();
  }

  /** `hashOf` the texts of the posts under way */
  texts(): string[] {
    return [...this.#open.values()].map(({ hash }) => hash);
  }

  /** The posts under way. */
  now(): ReadonlySet<string> {
    return new Set(this.#open.keys());
  }

  /** Whether one of `some` by one of these authors is still under way. */
  includes(some: ReadonlySet<string>, userids: readonly Octets[]): boolean {
    for (const messageId of some) {
      const plan = this.#open.get(messageId);
      if (plan !== undefined && userids.some((userid) => sameUserid(userid, plan.userid))) return true;
    }
    return false;
  }

  /** Resolves when the state of one of them may have changed. */
  async change(): Promise<void> {
    await inTime(
      () => this.#hinted.promise,
      ASK_AGAIN,
      () => {},
    );
    await this.catchUp();
  }

  async #ask(): Promise<void> {
    const { shared, newsgroup, own, unread, isOurs } = this.#options;
    const { position, posts, intents } = await shared.news(this.#position);
    this.#position = position;
    const plans = new Map(intents.map(({ messageId, details }) => [messageId, parsePlan(details)]));
    const isPost = new Set(posts.map(({ messageId }) => messageId));
    const open = new Map<string, Plan>();
    for (const { messageId, elsewhere } of intents) {
      const plan = plans.get(messageId);
      // What we have taken over from a dead bridge is ours in the store before we hear of it.
      const isElsewhere = elsewhere === true || !(isOurs(messageId) || own.find(messageId) !== undefined);
      if (isElsewhere && plan !== undefined && !isPost.has(messageId)) open.set(messageId, plan);
    }
    this.#open = open;
    for (const post of posts) {
      const known = own.find(post.messageId);
      // This bridge knows its own posts better than the store.
      if (known !== undefined && (known.epoch !== 0 || post.epoch === 0)) continue;
      own.add(newsgroup, post);
      if (post.epoch !== 0) unread.read(post.messageId);
      else {
        unread.add(post.messageId, plans.get(post.messageId), post.sequence);
        // The next reading of the index must show it, or else its text must.
        unread.found(post.messageId);
      }
    }
  }
}
