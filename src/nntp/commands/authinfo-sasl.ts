import { TOO_LONG } from '../../wire/line-reader.ts';
import type { Answer } from '../syntax/answer.ts';
import { parsePlain } from '../syntax/sasl-plain.ts';
import { status } from '../syntax/status.ts';
import type { Client } from './client.ts';
import type { Command } from './command.ts';
import { loginRefused } from './login-refused.ts';

const MECHANISM = /^[A-Z0-9_-]{1,20}$/i;

/** RFC 4643 §2.4, with the mechanism PLAIN (RFC 4616). */
export const authinfoSasl: Command = {
  head: 'AUTHINFO SASL',
  syntax: 'PLAIN [initial-response]',
  words: [1, 2],
  needs: 'nothing',
  run(client, [mechanism = '', initial]) {
    if (client.authenticated) return status.loggedIn;
    if (client.compressed) return status.unavailable;
    if (!MECHANISM.test(mechanism)) return status.syntax;
    if (mechanism.toUpperCase() !== 'PLAIN') return '503 Mechanism not supported';
    return loginRefused(client) ?? exchange(client, initial);
  },
  capability(client, report) {
    if (client.canLogin) report.push(['AUTHINFO', 'SASL']);
    // Listed after the login too: a client can check that nobody tampered with the list (§2.2).
    if (client.canLogin || client.authenticated) report.push(['SASL', 'PLAIN']);
  },
};

async function exchange(client: Client, initial: string | undefined): Promise<Answer> {
  const response = initial ?? (await challenged(client));
  if (response === undefined) return undefined;
  if (response === TOO_LONG) return status.syntax;
  if (response === '*') return '481 Authentication aborted as requested';
  const plain = parsePlain(response);
  if (plain === 'not base64') return '504 Base64 encoding error';
  if (plain === 'malformed') return '482 SASL protocol error';
  const { authorization, user, password } = plain;
  // Logging in on behalf of another user is not supported.
  if (authorization !== '' && authorization !== user) return status.loginFailed;
  await client.login(user, password);
  return '281 Authentication accepted';
}

async function challenged(client: Client): Promise<string | typeof TOO_LONG | undefined> {
  client.write('383 =');
  const line = await client.transport.nextLine();
  return Buffer.isBuffer(line) ? line.toString('latin1') : line;
}
