/** What a board accepts, in octets without trailing white space; texts count each line's LF and doubled carets. */
export interface BoardLimits {
  readonly line: number;
  readonly contribution: number;
  readonly reply: number;
  readonly grogname: number;
  readonly subject: number;
}

/** groggsd's, which most boards ran, and the embedded board's. */
export const groggsLimits: BoardLimits = { line: 80, contribution: 7000, reply: 3000, grogname: 75, subject: 71 };
