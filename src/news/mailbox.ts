/** From (RFC 5322 §3.4): the author of a post as a valid mailbox, whatever the board's bytes are. */

import type { Text } from '../wire/octets.ts';
import { clip } from './body.ts';
import { encodeWords } from './encoded-word.ts';

const ATEXT = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
const DOT_ATOM = new RegExp(`^${ATEXT}(?:\\.${ATEXT})*$`);
const PLAIN_NAME = new RegExp(`^${ATEXT}(?: ${ATEXT})*$`);
const PRINTABLE = /^[ -~]+$/;
/** Octets of UTF-8. Boards allow 75 octets for each; with these limits From always fits on one line. */
const MAX_NAME = 200;
const MAX_LOCAL = 200;
const MAX_DOMAIN = 200;

export interface MailboxStyle {
  /** for userids without one */
  readonly domain: string;
  /** show `userid@domain.invalid`, which no mail reaches (RFC 2606 §2) */
  readonly mask: boolean;
}

/**
 * `grogname <userid>`; the address alone if the name is blank.
 *
 * @param name text without control characters but TAB
 * @param userid likewise; one without `@` gets the domain
 */
export function formatMailbox(name: Text, userid: Text, style: MailboxStyle): string {
  const address = formatAddress(userid, style);
  return name.trim() === '' ? address : `${formatName(clip(name, MAX_NAME))} <${address}>`;
}

function formatName(name: string): string {
  if (!PRINTABLE.test(name) || name.includes('=?')) return encodeWords(name);
  return PLAIN_NAME.test(name) ? name : quotedString(name);
}

/** A userid as an addr-spec (RFC 5322 §3.4.1). Characters that an address can't contain are percent-encoded. */
export function formatAddress(userid: Text, style: MailboxStyle): string {
  const at = userid.lastIndexOf('@');
  const own = at < 0 ? '' : userid.slice(at + 1);
  const hasDomain = own.length <= MAX_DOMAIN && DOT_ATOM.test(own) && !own.includes('=?');
  const domain = hasDomain ? own : style.domain;
  const masked = style.mask && !/(?:^|\.)invalid$/i.test(domain) ? `${domain}.invalid` : domain;
  return `${formatLocal(hasDomain ? userid.slice(0, at) : userid)}@${masked}`;
}

function formatLocal(text: string): string {
  if (text === '') return 'nobody';
  // Some newsreaders decode encoded words anywhere in From.
  if (text.includes('=?')) return formatLocal(text.replaceAll('=?', '=%3F'));
  if (DOT_ATOM.test(text) && text.length <= MAX_LOCAL) return text;
  const ascii = text.toWellFormed().replace(/[^ -~]/gu, (character) => encodeURIComponent(character));
  return quotedString(clip(ascii, MAX_LOCAL));
}

function quotedString(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
