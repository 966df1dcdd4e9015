/** What IHAVE, CHECK and TAKETHIS have in common. */
import { isMessageId } from '../syntax/message-id.ts';
import { oneLine, status } from '../syntax/status.ts';
import type { Client } from './client.ts';

/** Why this session may not offer articles, or `undefined` if it may. */
export function mayFeed(client: Client): string | undefined {
  if (!client.reader.offer) return status.unavailable;
  if (client.access.post) return undefined;
  return client.authenticated ? status.denied : client.loginStatus();
}

/** Whether an article can have this Message-ID (RFC 5536 §3.1.3). */
export function isOfferable(messageId: string): boolean {
  return isMessageId(messageId) && messageId.includes('@');
}

/** An answer whose first word is the message-id exactly as the peer gave it (RFC 4644 §§2.4.1, 2.5.1). */
export function withId(code: number, messageId: string, reason = ''): string {
  return `${code} ${oneLine(`${messageId} ${reason}`)}`;
}
