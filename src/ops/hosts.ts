/**
 * DNS rebinding: a web page can have its own name lead to this machine, and read the status server with the visitor's
 * browser. Its requests then carry its own name in Host, which is never an address or a name without a dot.
 */
import { isIP } from 'node:net';

/** Whether a Host header (`name`, `name:port`, `[::1]:port`) names this server. @param names of its own, lower case */
export function isOwnHost(header: string, names: ReadonlySet<string>): boolean {
  const host = header.startsWith('[') ? header.slice(1).split(']')[0] : header.replace(/:\d*$/, '');
  const name = (host ?? '').toLowerCase().replace(/\.$/, '');
  return name !== '' && (isIP(name) !== 0 || !name.includes('.') || names.has(name));
}
