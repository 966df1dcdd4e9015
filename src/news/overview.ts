/** One line of overview (RFC 3977 §8.3): the seven standard fields, and Xref in full. */
import type { Field } from './render.ts';

/** The two overview fields that are not headers. */
export interface Measures {
  /** octets of the article, dots not doubled, terminator not counted (RFC 3977 §8.1.1) */
  readonly bytes: number;
  /** lines of the body (RFC 3977 §8.1.2) */
  readonly lines: number;
}

/**
 * `number TAB … CRLF`. Header values have no TAB, CR, LF or NUL.
 *
 * @param measures `undefined`: not known at present
 */
export function overviewLine(number: number, fields: readonly Field[], measures: Measures | undefined): string {
  let subject = '';
  let from = '';
  let date = '';
  let messageId = '';
  let references = '';
  let xref = '';
  for (const [name, value] of fields) {
    if (name === 'Subject') subject = value;
    else if (name === 'From') from = value;
    else if (name === 'Date') date = value;
    else if (name === 'Message-ID') messageId = value;
    else if (name === 'References') references = value;
    else if (name === 'Xref') xref = value;
  }
  return `${number}\t${subject}\t${from}\t${date}\t${messageId}\t${references}\t${measures?.bytes ?? ''}\t${measures?.lines ?? ''}\tXref: ${xref}\r\n`;
}

/** The column of each field, by its name in HDR, in lower case. */
export const overviewColumns: ReadonlyMap<string, number> = new Map([
  ['subject', 1],
  ['from', 2],
  ['date', 3],
  ['message-id', 4],
  ['references', 5],
  [':bytes', 6],
  [':lines', 7],
]);
