/** Articles as bytes ready to send: rendered once, sent often. */
import type { Body } from './body.ts';

/** Headers are ASCII: encoded words carry everything else (RFC 2047). No folding: no line is longer than 998. */
export type Field = readonly [name: string, value: string];

export interface Rendered {
  readonly messageId: string;
  /** headers, empty line, body, `.` CRLF: dot-stuffed, CRLF line ends, terminated */
  readonly bytes: Buffer;
  /** offset of the body's first octet; the empty line is the two octets before it */
  readonly bodyStart: number;
  /** `220 number message-id`, CRLF, and `bytes`, which are a view of it (RFC 3977 §6.2.1) */
  readonly answer?: Buffer;
  /** octets of memory */
  readonly octets: number;
}

const END = '.\r\n';

/** The length of a header, with the empty line that ends it. */
export function headLength(fields: readonly Field[]): number {
  let length = '\r\n'.length;
  for (const [name, value] of fields) length += name.length + value.length + ': \r\n'.length;
  return length;
}

/** @param header ASCII, with the empty line that ends it */
export function renderArticle(number: number, messageId: string, header: string, body: Body): Rendered {
  const line = `220 ${number} ${messageId}\r\n`;
  const head = line + header;
  const answer =
    typeof body.text === 'string'
      ? Buffer.from(`${head}${dotStuff(body.text)}${END}`, body.ascii ? 'latin1' : 'utf8')
      : joined(head, body.text);
  const bytes = answer.subarray(line.length);
  return { messageId, bytes, bodyStart: head.length - line.length, answer, octets: answer.length };
}

function joined(head: string, text: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafeSlow(head.length + text.length + END.length);
  bytes.write(head, 0, 'latin1');
  bytes.set(text, head.length);
  bytes.write(END, head.length + text.length, 'latin1');
  return bytes;
}

/** RFC 3977 §3.1.1. Only LF ends a line here: a pattern with `m` would count U+2028, too. */
function dotStuff(text: string): string {
  const stuffed = text.startsWith('.') ? `.${text}` : text;
  return stuffed.includes('\n.') ? stuffed.replaceAll('\n.', '\n..') : stuffed;
}
