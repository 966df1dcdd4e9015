/** One line of overview (RFC 3977 §8.3): the seven standard fields, and Xref in full. */
export interface Overview {
  readonly subject: string;
  readonly from: string;
  readonly date: string;
  readonly messageId: string;
  /** empty where the article has none */
  readonly references: string;
  /** octets of the article, dots not doubled, terminator not counted (RFC 3977 §8.1.1); `undefined`: not known now */
  readonly bytes: number | undefined;
  /** lines of the body (RFC 3977 §8.1.2) */
  readonly lines: number | undefined;
  readonly xref: string;
}

/** Values are header values: ASCII without TAB, CR, LF or NUL. */
export function overviewLine(number: number, o: Overview): string {
  return `${number}\t${o.subject}\t${o.from}\t${o.date}\t${o.messageId}\t${o.references}\t${o.bytes ?? ''}\t${o.lines ?? ''}\tXref: ${o.xref}\r\n`;
}

/** Which column of the line has a field's value; names as HDR gives them, in lower case. */
export const overviewColumns: ReadonlyMap<string, number> = new Map([
  ['subject', 1],
  ['from', 2],
  ['date', 3],
  ['message-id', 4],
  ['references', 5],
  [':bytes', 6],
  [':lines', 7],
]);
