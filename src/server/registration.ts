/** How strangers get an account on the embedded board, if at all. */
import { outboxMailer, smtpMailer } from '../board/mail.ts';
import type { RegistrationOptions } from '../board/registration.ts';
import type { Config } from '../config/config.ts';
import { secretFromFile } from './secret-file.ts';

/** Whether strangers may ask for an account, and how its secret reaches them. */
export function registrationOf({ embedded: { registration, mail } }: Config): {
  readonly registration?: RegistrationOptions;
} {
  if (registration === 'off') return {};
  const { server, user, from } = mail;
  if (server === undefined) {
    return { registration: { mode: registration, mailer: outboxMailer({ folder: mail.outbox, from }) } };
  }
  const { host, port, scheme } = server;
  const login = user === '' ? {} : { user, password: passwordOf(mail) };
  const mailer = smtpMailer({ host, port, secure: scheme === 'smtps', ...login, from });
  return { registration: { mode: registration, mailer } };
}

function passwordOf({ password, passwordFile }: Config['embedded']['mail']): string {
  return passwordFile === '' ? password : secretFromFile(passwordFile, 'the password of embedded.mail');
}
