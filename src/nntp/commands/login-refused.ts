import type { NntpSession } from '../session.ts';
import { status } from '../syntax/status.ts';

/**
 * Why AUTHINFO can't be used now: 483 where TLS would make it possible, else 502 (RFC 4643 §2.2: logged in already;
 * RFC 8054 §2.2.2: compressed). `undefined`: it can.
 */
export function loginRefused(session: NntpSession): string | undefined {
  if (session.canLogin) return undefined;
  return session.canStartTls && session.access.loginHelps ? status.tlsRequired : status.unavailable;
}
