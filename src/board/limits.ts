/**
 * What a board accepts, in octets: RGTP 2.5, and groggsd's numbers where RGTP sets none. Sizes count LF and doubled
 * carets.
 */
export const limits = {
  /** a line on the wire, without its end */
  line: 300,
  textLine: 80,
  /** a text line without `From ` */
  grogname: 75,
  /** a text line without `Subject: ` */
  subject: 71,
  contribution: 7000,
  reply: 3000,
  /** an item including the new reply, excluding the reply's header */
  item: 14_000,
} as const;
