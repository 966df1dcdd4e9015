import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { systemCode } from '../wire/system-error.ts';
import { StoreError } from './errors.ts';
import { makeFile } from './new-file.ts';
import { readOwnFile } from './own-file.ts';

const REMEDY = "Without it the users' secrets can't be read: put it back, or restore a backup with `rgtp-nntp restore`";
const KEY_OCTETS = 32;
const NONCE_OCTETS = 12;
const TAG_OCTETS = 16;

/**
 * Encrypts the users' shared secrets, so that a copy of the database alone reveals none. (They can't be hashed, because
 * the proof of RGTP 2.4 needs them as they are.) AES-256-GCM, which also authenticates the account: a secret moved to
 * another account can't be decrypted.
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

  /**
   * The key in the file at `path` (hex), readable only by its owner.
   * @param make whether to create a missing key. Not if something has been sealed already: it would be lost silently
   * @throws StoreError `missing`, `corrupt`, or what keeps it from being read
   */
  static fromFile(path: string, { make }: { readonly make: boolean }): SecretBox {
    const hex = (keyIn(path) ?? (make ? madeKey(path) : '')).trim();
    if (hex === '') throw new StoreError('missing', path, `this key is missing or empty. ${REMEDY}`);
    if (!/^[0-9a-f]{64}$/i.test(hex))
      throw new StoreError('corrupt', path, `it is not a key of 64 hex digits. ${REMEDY}`);
    return new SecretBox(Buffer.from(hex, 'hex'));
  }

  seal(secret: Buffer, account: string): Buffer {
    const nonce = randomBytes(NONCE_OCTETS);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce).setAAD(Buffer.from(account));
    return Buffer.concat([nonce, cipher.update(secret), cipher.final(), cipher.getAuthTag()]);
  }

  /** Throws if `sealed` was made with another key, for another account, or is damaged. */
  open(sealed: Uint8Array, account: string): Buffer {
    const text = sealed.subarray(NONCE_OCTETS, -TAG_OCTETS);
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#key, sealed.subarray(0, NONCE_OCTETS))
        .setAAD(Buffer.from(account))
        .setAuthTag(sealed.subarray(-TAG_OCTETS));
      return Buffer.concat([decipher.update(text), decipher.final()]);
    } catch (error) {
      throw new Error(`the secret of ${account} does not open with this key file`, { cause: error });
    }
  }
}

function keyIn(path: string): string | undefined {
  try {
    return readOwnFile(path).toString('latin1');
  } catch (error) {
    if (error instanceof StoreError && systemCode(error.cause) === 'ENOENT') return undefined;
    throw error;
  }
}

function madeKey(path: string): string {
  try {
    makeFile(path, `${randomBytes(KEY_OCTETS).toString('hex')}\n`);
  } catch (error) {
    // Another process was faster.
    if (systemCode(error) !== 'EEXIST') throw error;
  }
  return keyIn(path) ?? '';
}
