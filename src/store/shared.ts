import type { Epoch, Intent, Mark, OwnPost, RecentRow } from './permanent-records.ts';

/** What bridges that serve one board at the same time need from their shared store, besides `Permanent`. */
export interface Shared {
  /** This bridge polls the board for all of them. So does each that is cut off from the store. */
  readonly leads: boolean;
  /** Somebody reads the board, at any bridge. */
  readonly isRead: boolean;
  /** the number of bridges, this one included; 0: it is cut off from the store */
  readonly bridges: number;
  /** ms: a bridge may still send something this long after it was taken for dead */
  readonly patience: number;

  /**
   * Only one of the bridges that feed a peer sends to it, so that nothing is offered twice. A number, new each time its
   * turn begins, if it is this bridge; `undefined`: unknown. Asking makes this bridge a candidate, until `pass`.
   */
  turn(peer: string): number | 'elsewhere' | undefined;
  /** This bridge can't, or should not, send to the peer: another may. */
  pass(peer: string): void;

  /**
   * Reports whether somebody reads the board at this bridge, and whether it reaches the board: one that does not can't
   * lead.
   */
  report(state: { readonly isRead: boolean; readonly reachesBoard: boolean }): void;

  /** Ownership of what is intended from now on. */
  ownership(): Ownership;

  /**
   * Calls the listener when others may have done something: shown or removed rows, stored or forgotten posts. These are
   * hints: some may be missing, or come twice, so the truth must be asked for.
   */
  onHint(listener: (about: 'rows' | 'posts') => void): void;

  /** Calls the listener with intents that a dead bridge has left: they are now this bridge's to settle. */
  onTaken(listener: (intents: readonly Intent[]) => void): void;
  /**
   * Calls the listener once this bridge, having been cut off, has joined again, with the Message-IDs of the intents
   * that are still its own.
   */
  onRejoined(listener: (messageIds: ReadonlySet<string>) => void): void;

  /**
   * Posts that have changed since a position, and all open intents. If the position no longer exists (the database was
   * replaced), all posts.
   * @param since `undefined`: no posts, only the position
   */
  news(since: string | undefined): Promise<News>;

  /** Grows whenever any bridge changes what it shows. */
  version(): Promise<bigint>;
  /** the version made by this bridge's last step */
  readonly made: bigint;

  /** The rows above a number that readers may have been shown by any bridge, all epochs, and the marks. */
  shown(above: number): Promise<Shown>;
  /**
   * To be called before rows become readable: makes them the next rows shown on all bridges, with their epochs and
   * marks. If others have shown rows above `after`, or begun other epochs, changes nothing, and returns what they have.
   */
  publish(step: Step): Promise<Shown | undefined>;
  /** Tells the others that something was removed or changed without a new row. */
  changed(): Promise<void>;
}

/** Confirms that no other bridge can have begun to settle what this one has intended. */
export interface Ownership {
  /** To be called before each command that commits. @throws StoreError: the command must not be sent */
  confirm(): Promise<void>;
  /**
   * Calls the listener as soon as it may be lost: what is under way must then not arrive. Call the result to
   * stop.
   */
  whenLost(listener: () => void): () => void;
}

export interface News {
  readonly position: string;
  readonly posts: readonly OwnPost[];
  readonly intents: readonly Intent[];
}

export interface Shown {
  /** ascending */
  readonly rows: readonly RecentRow[];
  readonly epochs: readonly Epoch[];
  /** see `Shared.version` */
  readonly version: bigint;
  /** no higher than these rows, or the number asked for */
  readonly marks: readonly Mark[];
}

export interface Step {
  /** the highest number shown, as far as this bridge knows */
  readonly after: number;
  readonly rows: readonly RecentRow[];
  /** all epochs, new ones included */
  readonly epochs: readonly Epoch[];
  readonly marks: readonly Mark[];
  /** rows below this number are too old to keep */
  readonly from: number;
}
