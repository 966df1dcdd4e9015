import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { makeFile } from './new-file.ts';

const KEY_OCTETS = 32;
const NONCE_OCTETS = 12;
const TAG_OCTETS = 16;

/**
 * Encrypts the users' shared secrets (the proof of RGTP 2.4 needs them as they are, so they can't be hashed): a copy
 * of the database alone betrays nobody. AES-256-GCM; the account is authenticated with it, so that a secret moved
 * to another account does not open.
 */
export class SecretBox {
  readonly #key: Buffer;

  constructor(key: Buffer) {
    if (key.length !== KEY_OCTETS) throw new RangeError(`the key must have ${KEY_OCTETS} octets, not ${key.length}`);
    this.#key = key;
  }

  /** A key that dies with the process, for a board in memory. */
  static temporary(): SecretBox {
    return new SecretBox(randomBytes(KEY_OCTETS));
  }

  /** The key in the file at `path` (hex); made at first use, readable by its owner alone. */
  static fromFile(path: string): SecretBox {
    try {
      makeFile(path, `${randomBytes(KEY_OCTETS).toString('hex')}\n`);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    const hex = readFileSync(path, 'latin1').trim();
    if (!/^[0-9a-f]{64}$/i.test(hex)) throw new Error(`${path}: not a key file (64 hex digits)`);
    return new SecretBox(Buffer.from(hex, 'hex'));
  }

  seal(secret: Buffer, account: string): Buffer {
    const nonce = randomBytes(NONCE_OCTETS);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce).setAAD(Buffer.from(account));
    return Buffer.concat([nonce, cipher.update(secret), cipher.final(), cipher.getAuthTag()]);
  }

  /** Throws where `sealed` was made with another key, for another account, or is damaged. */
  open(sealed: Uint8Array, account: string): Buffer {
    const text = sealed.subarray(NONCE_OCTETS, -TAG_OCTETS);
    const decipher = createDecipheriv('aes-256-gcm', this.#key, sealed.subarray(0, NONCE_OCTETS))
      .setAAD(Buffer.from(account))
      .setAuthTag(sealed.subarray(-TAG_OCTETS));
    try {
      return Buffer.concat([decipher.update(text), decipher.final()]);
    } catch (error) {
      throw new Error(`the secret of ${account} does not open with this key file`, { cause: error });
    }
  }
}
