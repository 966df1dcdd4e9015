import { octetsFrom } from '../../wire/octets.ts';
import { guessText } from '../../wire/undeclared-charset.ts';
import { PostingError, quoted } from './error.ts';

/** yEnc 1.3: the lines around its octets. */
const YENC = /^=y(?:begin|part|end)[ \t]+\w+=/;
const NAME = /\bname=(.*)$/;
const BINHEX = /^\(This file must be converted with BinHex/;
/** uuencode, and POSIX's form of it with base64. */
const BEGIN = /^begin(-base64)? [0-7]{3,4} (.+)$/;

/**
 * Refuses files within the text itself, as before MIME: their octets do not survive a board, which strips blanks and
 * wraps lines. Throws `PostingError`.
 */
export function refuseEncodedFiles(text: Buffer): void {
  const lines = octetsFrom(text).split(/\r\n|[\n\r]/);
  for (const [at, line] of lines.entries()) {
    if (YENC.test(line)) refuse('yEnc', NAME.exec(line)?.[1], at);
    if (BINHEX.test(line)) refuse('BinHex', undefined, at);
    const [, base64, name] = BEGIN.exec(line) ?? [];
    const next = lines[at + 1] ?? '';
    if (name !== undefined && (base64 === undefined ? isUuencoded(next) : /^[A-Za-z0-9+/]+={0,2}$/.test(next))) {
      refuse('uuencode', name, at);
    }
  }
}

/** The first character gives the number of octets in the line; blanks at its end may have been lost. */
function isUuencoded(line: string): boolean {
  if (line === '`') return true;
  if (!/^[!-_][ -`]+$/.test(line)) return false;
  // A checksum of one character may follow.
  return line.trimEnd().length <= 2 + Math.ceil((line.charCodeAt(0) - 0x20) / 3) * 4;
}

function refuse(kind: string, name: string | undefined, at: number): never {
  const file = name === undefined ? '' : ` ${quoted(guessText(Buffer.from(name, 'latin1')))}`;
  throw new PostingError(`attachments can't be posted: ${kind}${file} (line ${at + 1}); the board takes plain text`);
}
