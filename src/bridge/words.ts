import type { RgtpError } from '../rgtp/errors.ts';
import { decode, stripControls } from '../wire/charset.ts';

/** What the board said when it failed or refused, for people; where it said nothing, what happened. One line. */
export function wordsOf(error: RgtpError): string {
  const said = error.said === undefined ? '' : stripControls(decode(error.said, 'auto')).trim();
  return said || error.message.replace(/[\r\n]+/g, ' ');
}
