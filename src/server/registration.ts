/** How strangers get an account on the embedded board, if at all. */
import { join } from 'node:path';
import { outboxMailer, smtpMailer } from '../board/mail.ts';
import type { RegistrationOptions } from '../board/registration.ts';
import { serverName } from '../config/names.ts';
import type { Config } from '../config/schema.ts';
import { secretFromFile } from './secret-file.ts';

/** Whether strangers may ask for an account, and how its secret reaches them. */
export function registrationOf({ embedded: { registration, mail }, ...config }: Config): {
  readonly registration?: RegistrationOptions;
} {
  if (registration === 'off') return {};
  const { server, user } = mail;
  const from = mail.from === '' ? `rgtp@${serverName(config)}` : mail.from;
  if (server === undefined) {
    const folder = mail.outbox === '' ? join(config.data, 'outbox') : mail.outbox;
    return { registration: { mode: registration, mailer: outboxMailer({ folder, from }) } };
  }
  const { host, port, scheme } = server;
  const login = user === '' ? {} : { user, password: passwordOf(mail) };
  const mailer = smtpMailer({ host, port, secure: scheme === 'smtps', ...login, from });
  return { registration: { mode: registration, mailer } };
}

function passwordOf({ password, passwordFile }: Config['embedded']['mail']): string {
  return passwordFile === '' ? password : secretFromFile(passwordFile, 'the password of embedded.mail');
}
