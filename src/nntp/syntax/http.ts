/** Header fields that browsers send and no news client has as a command. Host comes first, whatever became of the request line. */
const HEADERS = /^(host|origin|referer|cookie|connection|upgrade-insecure-requests|accept(-[a-z]+)?|sec-[a-z-]+):/i;
const VERSION = /^HTTP\/\d/i;

/**
 * A line of an HTTP request: its first, or a header field. A web page can have its reader's browser send a form to any
 * port that the browser reaches, a news server on its own machine included. The body is what the page wants: lines of it
 * must not be taken for commands.
 */
export function isHttp(words: readonly string[]): boolean {
  const [first = '', , third = ''] = words;
  return VERSION.test(third) || HEADERS.test(first);
}
