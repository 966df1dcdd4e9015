/**
 * DNS rebinding: a web page can make its own name resolve to this machine, and read the status server through the
 * visitor's browser. Such requests carry the page's name in Host, which is never an address or a name without a dot.
 */
import { isIP } from 'node:net';

/** RFC 9110 §7.2, RFC 3986 §3.2.2 */
const HOST = /^(?:\[(?<address>[^\]]*)\]|(?<host>[^[\]:]*))(?::\d*)?$/;

/**
 * Whether a Host header (`name`, `name:port`, `[::1]:port`) names this server. @param names the server's own, lower
 * case
 */
export function isOwnHost(header: string, names: ReadonlySet<string>): boolean {
  const { address, host = '' } = HOST.exec(header)?.groups ?? {};
  if (address !== undefined) return isIP(address) === 6;
  const name = host.toLowerCase().replace(/\.$/, '');
  return name !== '' && (isIP(name) !== 0 || !name.includes('.') || names.has(name));
}
