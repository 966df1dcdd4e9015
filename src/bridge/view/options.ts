/** How one board is shown. */
export interface BoardOptions {
  /** the main newsgroup, from which its companions take their names */
  readonly newsgroup: string;
  /**
   * Seconds by which NEWNEWS looks back further than asked: another bridge on the same board may have shown an article
   * that much earlier.
   */
  readonly overlap: number;
  /** UTF-8, one line */
  readonly description: string;
  /** when the newsgroups were first offered, unix seconds; never changes */
  readonly created: number;
  /** who created them, for LIST ACTIVE.TIMES */
  readonly creator: string;
  /** this server in Path, Xref and Injection-Info */
  readonly host: string;
  /** the domain of derived Message-IDs, and of userids without one */
  readonly domain: string;
  /** what a reply refers to: the first post of each item in its chain, or also the post before it */
  readonly threading: 'flat' | 'chain';
  readonly addresses: 'plain' | 'mask';
  /** template of the URL in Archived-At, with `{item}`, `{sequence}` and `{newsgroup}`; empty: no header */
  readonly archivedAt: string;
}
