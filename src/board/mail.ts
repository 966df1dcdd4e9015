import { randomUUID } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { createTransport } from 'nodemailer';
import { storeErrorFrom } from '../store/errors.ts';
import { newFolder, syncFolder, writeSynced } from '../store/new-file.ts';
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
  /** TLS from the start; otherwise STARTTLS if the server offers it */
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

/**
 * Puts letters into a folder, one `*.eml` file each, to be sent by other means. Only the owner can read them. A letter
 * is either on disk as a whole, or not there.
 */
export function outboxMailer({ folder, from }: { readonly folder: string; readonly from: string }): Mailer {
  const transport = createTransport({ streamTransport: true, buffer: true });
  return {
    async send(letter) {
      const { message } = await transport.sendMail({ ...letter, from });
      const name = `${new Date().toISOString().replaceAll(':', '')}-${randomUUID()}.eml`;
      const path = join(folder, name);
      try {
        if (await newFolder(folder)) giveToFolderOwner(folder);
        await writeWhole(path, message);
      } catch (error) {
        throw storeErrorFrom(error, path);
      }
    },
  };
}

async function writeWhole(path: string, content: Buffer | Readable): Promise<void> {
  const unfinished = `${path}.new`;
  try {
    await writeSynced(unfinished, content);
    giveToFolderOwner(unfinished);
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => {});
    throw error;
  }
  try {
    syncFolder(dirname(path));
  } catch (error) {
    // A letter reported as not sent must not be sent. One that can't be removed will be.
    const isGone = await rm(path).then(
      () => true,
      () => false,
    );
    if (isGone) throw error;
  }
}
