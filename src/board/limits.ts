/** What a board accepts, octets (RGTP 2.5 and groggsd where that leaves it to the server). Sizes count LF and doubled carets. */
export const limits = {
  /** a line on the wire, without its end */
  line: 300,
  textLine: 80,
  /** a text line less `From ` */
  grogname: 75,
  /** a text line less `Subject: ` */
  subject: 71,
  contribution: 7000,
  reply: 3000,
  /** an item with the reply, without the reply's header */
  item: 14_000,
} as const;
