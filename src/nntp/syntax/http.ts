/** Header fields that browsers send and no news client does. Host comes first, after any request line. */
const HEADERS = /^(host|origin|referer|cookie|connection|upgrade-insecure-requests|accept(-[a-z]+)?|sec-[a-z-]+):/i;
const VERSION = /^HTTP\/\d/i;

/**
 * A line of an HTTP request: its first, or a header field. A web page can make a browser send a form to any port that
 * the browser can reach, even to a news server on the browser's own machine. The page chooses the body, whose lines
 * must not be taken for commands.
 */
export function isHttp(words: readonly string[]): boolean {
  const first = words[0] ?? '';
  const third = words[2];
  return (third !== undefined && VERSION.test(third)) || (first.includes(':') && HEADERS.test(first));
}
