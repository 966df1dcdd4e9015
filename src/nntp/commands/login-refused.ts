import { status } from '../syntax/status.ts';
import type { Client } from './client.ts';

/**
 * Why AUTHINFO can't be used now: 483 if TLS would make it possible, else 502 (RFC 4643 §2.2: already logged in; RFC
 * 8054 §2.2.2: compressed). `undefined`: it can.
 */
export function loginRefused(client: Client): string | undefined {
  if (client.canLogin) return undefined;
  if (client.authenticated) return status.loggedIn;
  return client.canStartTls && client.access.loginHelps ? status.tlsRequired : status.unavailable;
}
