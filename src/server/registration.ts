/** How people register at the embedded board. */
import { join } from 'node:path';
import { outboxMailer, smtpMailer } from '../board/mail.ts';
import type { RegistrationOptions } from '../board/registration.ts';
import type { Config } from '../config/config.ts';
import { fileContent } from './file-content.ts';

/** Whether people may register, and how the secret is sent. */
export function registrationOf({ name, data, embedded: { registration, mail } }: Config): {
  readonly registration?: RegistrationOptions;
} {
  if (registration === 'off') return {};
  const { server, user } = mail;
  const from = mail.from || `rgtp@${name}`;
  if (server === undefined) {
    const folder = mail.outbox || join(data, 'outbox');
    return { registration: { mode: registration, mailer: outboxMailer({ folder, from }) } };
  }
  const { host, port, scheme } = server;
  const login = user === '' ? {} : { user, password: passwordOf(mail) };
  const mailer = smtpMailer({ host, port, secure: scheme === 'smtps', ...login, from });
  return { registration: { mode: registration, mailer } };
}

function passwordOf({ password, passwordFile }: Config['embedded']['mail']): string {
  return passwordFile === '' ? password : fileContent(passwordFile, 'the password of embedded.mail');
}
