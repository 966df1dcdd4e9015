/** Proves that client and server know the same secret, without revealing it (RGTP 2.4). */
import { createHash, randomBytes } from 'node:crypto';
import { ascii, bytesOf, type Octets } from '../wire/octets.ts';

const NONCE_OCTETS = 16;
const USERID_OCTETS = 16;
const HEX_PAIRS = /^(?:[0-9A-Fa-f]{2})+$/;

export interface Proof {
  /** 16 octets */
  readonly clientNonce: Buffer;
  /** 16 octets */
  readonly serverNonce: Buffer;
  readonly userid: Octets;
  readonly secret: Buffer;
  /** spurge folds the whole userid, not only the part after the @ */
  readonly foldWholeUserid?: boolean;
}

/** The client's proof: MD5(client nonce, server nonce, userid, ~secret). */
export function clientProof(proof: Proof): Buffer {
  const inverted = proof.secret.map((octet) => ~octet);
  return md5(proof.clientNonce, proof.serverNonce, useridOctets(proof), inverted);
}

/** The server's proof: MD5(server nonce, client nonce, userid, secret). */
export function serverProof(proof: Proof): Buffer {
  return md5(proof.serverNonce, proof.clientNonce, useridOctets(proof), proof.secret);
}

/** 16 random octets. */
export function nonce(): Buffer {
  return randomBytes(NONCE_OCTETS);
}

/** Parses a shared secret as people type it: hexadecimal, with blanks anywhere. `undefined`: malformed. */
export function parseSecret(text: string): Buffer | undefined {
  const hex = text.replace(/\s/g, '');
  return HEX_PAIRS.test(hex) ? Buffer.from(hex, 'hex') : undefined;
}

/** The first 16 octets of the userid, lower case after the @, padded with NUL. */
function useridOctets({ userid, foldWholeUserid }: Proof): Buffer {
  const at = foldWholeUserid ? 0 : userid.indexOf('@');
  const folded = at < 0 ? userid : userid.slice(0, at).concat(foldAscii(userid.slice(at)));
  const padded = Buffer.alloc(USERID_OCTETS);
  bytesOf(folded).copy(padded);
  return padded;
}

/** C's `tolower`: changes ASCII letters only. */
function foldAscii(text: Octets): Octets {
  return text.replace(/[A-Z]/g, (letter) => ascii(letter.toLowerCase()));
}

function md5(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('md5');
  for (const part of parts) hash.update(part);
  return hash.digest();
}
