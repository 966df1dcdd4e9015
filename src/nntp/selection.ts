import type { Newsgroup, ReaderSession } from './backend.ts';

/**
 * The selected newsgroup and the current article. Keeps the group's name and looks the group up at each use, since a
 * reload may have replaced it.
 */
export class Selection {
  readonly name: string;
  /** 0: invalid (RFC 3977 §6.1.1: the group is empty) */
  current: number;
  readonly #reader: ReaderSession;
  /** the group's high water mark when it was last seen */
  #high: number;

  constructor(reader: ReaderSession, newsgroup: Newsgroup) {
    this.#reader = reader;
    this.name = newsgroup.name;
    this.#high = newsgroup.high;
    this.current = newsgroup.atOrAfter(0) ?? 0;
  }

  /** The group as it is now: empty if it no longer exists. Throws `Refusal` if this session may no longer read it. */
  get newsgroup(): Newsgroup {
    const newsgroup = this.#reader.newsgroup(this.name) ?? emptied(this.name, this.#high);
    this.#high = newsgroup.high;
    return newsgroup;
  }
}

/** Stands in for a newsgroup that was removed while selected. Its high water mark does not fall. */
function emptied(name: string, high: number): Newsgroup {
  return {
    name,
    description: '',
    created: 0,
    creator: '',
    low: high + 1,
    high,
    count: 0,
    messageId: () => undefined,
    atOrAfter: () => undefined,
    atOrBefore: () => undefined,
    numbers: () => [],
    article: () => undefined,
    overview: () => [],
    header: () => [],
    arrivedSince: () => [],
  };
}
