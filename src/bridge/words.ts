import { RgtpError } from '../rgtp/errors.ts';
import { decode, stripControls } from '../wire/charset.ts';

/**
 * What a client may be told about a failure, after a colon; '' if nothing: the board's own words, or what is wrong with
 * what was to be sent. The system's messages (`ECONNREFUSED 192.0.2.1:1431`) are for the log.
 */
export function because(error: RgtpError): string {
  const words = wordsOf(error);
  return words === undefined ? '' : `: ${words}`;
}

/** The same without the colon, on one line; `undefined`: nothing. */
export function wordsOf(error: RgtpError): string | undefined {
  const said = error.said === undefined ? '' : stripControls(decode(error.said, 'auto')).trim();
  if (said !== '') return said;
  if (error.cause instanceof RgtpError) return wordsOf(error.cause);
  if (error.kind === 'unavailable' || error.cause !== undefined) return undefined;
  return error.message.replace(/[\r\n]+/g, ' ');
}
