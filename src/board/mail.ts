import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import { giveToFolderOwner } from '../store/ownership.ts';

export interface Letter {
  readonly to: string;
  readonly subject: string;
  /** plain text */
  readonly text: string;
}

/** Delivers secrets to the people who registered. */
export interface Mailer {
  /** Resolves once the letter has been handed over. */
  send(letter: Letter): Promise<void>;
}

export interface SmtpOptions {
  readonly host: string;
  readonly port: number;
  /** TLS from the start; otherwise STARTTLS where the server offers it */
  readonly secure: boolean;
  readonly user?: string;
  readonly password?: string;
  readonly from: string;
}

/** ms */
const SMTP_TIMEOUT = 20_000;

export function smtpMailer({ host, port, secure, user, password, from }: SmtpOptions): Mailer {
  const transport = createTransport({
    host,
    port,
    secure,
    connectionTimeout: SMTP_TIMEOUT,
    greetingTimeout: SMTP_TIMEOUT,
    socketTimeout: SMTP_TIMEOUT,
    ...(user === undefined ? {} : { auth: { user, pass: password ?? '' } }),
  });
  return {
    async send(letter) {
      await transport.sendMail({ ...letter, from });
    },
  };
}

/** Puts letters into a folder, one file each, to be sent by other means. Only the owner can read them. */
export function outboxMailer({ folder, from }: { readonly folder: string; readonly from: string }): Mailer {
  const transport = createTransport({ streamTransport: true, buffer: true });
  return {
    async send(letter) {
      const { message } = await transport.sendMail({ ...letter, from });
      const made = await mkdir(folder, { recursive: true, mode: 0o700 });
      if (made !== undefined) giveToFolderOwner(folder);
      const name = `${new Date().toISOString().replaceAll(':', '')}-${randomUUID()}.eml`;
      const path = join(folder, name);
      await writeFile(path, message, { mode: 0o600, flag: 'wx' });
      giveToFolderOwner(path);
    },
  };
}
