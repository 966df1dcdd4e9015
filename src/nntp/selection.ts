import type { SessionGroup } from 'nntp-server';
import type { Newsgroup } from './backend.ts';

/** The selected newsgroup and the current article, in the shape that the package's GROUP reads. */
export class Selection implements SessionGroup {
  readonly newsgroup: Newsgroup;
  /** 0: invalid (RFC 3977 §6.1.1: the group is empty) */
  current_article: number;

  constructor(newsgroup: Newsgroup) {
    this.newsgroup = newsgroup;
    this.current_article = newsgroup.atOrAfter(0) ?? 0;
  }

  get name(): string {
    return this.newsgroup.name;
  }

  get description(): string {
    return this.newsgroup.description;
  }

  get total(): number {
    return this.newsgroup.count;
  }

  get min_index(): number {
    return this.newsgroup.low;
  }

  get max_index(): number {
    return this.newsgroup.high;
  }
}

/** No group is selected. */
export const noGroup: SessionGroup = Object.freeze({
  name: null,
  description: '',
  total: 0,
  min_index: 0,
  max_index: 0,
  current_article: 0,
});
