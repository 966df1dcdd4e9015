/**
 * Header fields that browsers send, and that are no news client's commands. Host comes first, after any request line.
 */
const HEADERS = /^(host|origin|referer|cookie|connection|upgrade-insecure-requests|accept(-[a-z]+)?|sec-[a-z-]+):/i;
const VERSION = /^HTTP\/\d/i;

/**
 * A line of an HTTP request: its first, or a header field. A web page can make a browser send a form to any port that
 * the browser reaches, even to a news server on its own machine. The page chooses the body, so its lines must not be
 * taken for commands.
 */
export function isHttp(words: readonly string[]): boolean {
  const [first = '', , third] = words;
  return (third !== undefined && VERSION.test(third)) || (first.includes(':') && HEADERS.test(first));
}
