/** Header fields read strictly, as a careful newsreader would (RFC 5322, RFC 2047): independent of `src/news`. */

/** One article, split. Header names are lower case; folded values are unfolded. Octets in, octets out. */
export function splitArticle(lines: readonly string[]): { headers: ReadonlyMap<string, string>; body: string } {
  const end = lines.indexOf('');
  if (end < 0) throw new Error('no empty line between headers and body');
  const headers = new Map<string, string>();
  let last = '';
  for (const line of lines.slice(0, end)) {
    if (Buffer.byteLength(line, 'latin1') > 998) throw new Error(`header line over 998 octets: ${line.slice(0, 60)}…`);
    const field = /^([!-9;-~]+): (.*)$/.exec(line);
    if (/^[ \t]/.test(line) && last !== '') headers.set(last, `${headers.get(last)}${line}`);
    else if (field?.[1] !== undefined) {
      last = field[1].toLowerCase();
      if (headers.has(last)) throw new Error(`header twice: ${field[1]}`);
      headers.set(last, field[2] ?? '');
    } else throw new Error(`not a header line: ${JSON.stringify(line)}`);
  }
  const body = lines.slice(end + 1).map((line) => `${line}\r\n`);
  return { headers, body: body.join('') };
}

const encodedWord = /=\?([^?*]+)(?:\*[^?]*)?\?([bq])\?([!->@-~]*)\?=/gi;

/** RFC 2047: white space between two encoded words vanishes; each is whole characters of its own. */
export function decodeWords(value: string): string {
  return value
    .replace(/(=\?[^?]+\?[bqBQ]\?[^?]*\?=)[ \t]+(?==\?[^?]+\?[bqBQ]\?[^?]*\?=)/g, '$1')
    .replace(encodedWord, (word, charset: string, encoding: string, text: string) => {
      if (word.length > 75) throw new Error(`encoded word over 75 characters: ${word}`);
      const bytes =
        encoding.toLowerCase() === 'b'
          ? Buffer.from(text, 'base64')
          : Buffer.from(
              text
                .replace(/_/g, ' ')
                .replace(/=([0-9A-F]{2})/gi, (_, h: string) => String.fromCharCode(parseInt(h, 16))),
              'latin1',
            );
      return new TextDecoder(charset, { fatal: true, ignoreBOM: true }).decode(bytes);
    });
}

/** A From value: exactly one mailbox. Throws where the syntax is wrong, raw 8-bit octets included. */
export function parseMailbox(value: string): { name: string; address: string } {
  const atom = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
  const dotAtom = `${atom}(?:\\.${atom})*`;
  const quoted = '"(?:[\\t !#-\\[\\]-~]|\\\\[\\t -~])*"';
  const address = `(?:${dotAtom}|${quoted})@${dotAtom}`;
  const bare = new RegExp(`^${address}$`).exec(value);
  if (bare) return { name: '', address: value };
  const full = new RegExp(`^((?:${atom}|${quoted})(?: (?:${atom}|${quoted}))*) <(${address})>$`).exec(value);
  if (full?.[1] === undefined || full[2] === undefined) throw new Error(`not a mailbox: ${value}`);
  const unquoted = full[1].replace(new RegExp(quoted, 'g'), (q) => q.slice(1, -1).replace(/\\(.)/g, '$1'));
  return { name: full[1].includes('"') ? unquoted : decodeWords(full[1]), address: full[2] };
}
