/** How one board is shown. */
export interface BoardOptions {
  /** the main newsgroup, after which its companions are named */
  readonly newsgroup: string;
  /**
   * Seconds that NEWNEWS looks back further than it is asked to: another bridge on the same board may have shown an article
   * that much earlier.
   */
  readonly overlap: number;
  /** UTF-8, one line */
  readonly description: string;
  /** when the newsgroups were first offered, unix seconds; does not change */
  readonly created: number;
  /** who created them, for LIST ACTIVE.TIMES */
  readonly creator: string;
  /** this server in Path, Xref and Injection-Info */
  readonly host: string;
  /** right side of derived Message-IDs, and of addresses without one */
  readonly domain: string;
  /** what a reply refers to: the first post of each item in its chain, or the post before it as well */
  readonly threading: 'flat' | 'chain';
  readonly addresses: 'plain' | 'mask';
  /** template of the Archived-At URL with `{item}`, `{sequence}` and `{newsgroup}`; empty: none */
  readonly archivedAt: string;
}
