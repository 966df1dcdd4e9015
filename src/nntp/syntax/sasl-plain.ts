import { isUtf8 } from 'node:buffer';

/** RFC 4648 §4, without other characters, padded only at the end (RFC 4643 §2.4.2). */
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const NOTHING = '=';

export interface Plain {
  /** empty: the user itself */
  readonly authorization: string;
  readonly user: string;
  readonly password: string;
}

/** The message of SASL PLAIN (RFC 4616 §2): authorization identity NUL user NUL password, in UTF-8, as base64. */
export function parsePlain(response: string): Plain | 'not base64' | 'malformed' {
  if (response !== NOTHING && !BASE64.test(response)) return 'not base64';
  const bytes = Buffer.from(response, 'base64');
  if (!isUtf8(bytes)) return 'malformed';
  const [authorization, user, password, more] = bytes.toString('utf8').split('\0');
  if (authorization === undefined || !user || !password || more !== undefined) return 'malformed';
  return { authorization, user, password };
}
