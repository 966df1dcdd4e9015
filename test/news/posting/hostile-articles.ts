/** Hostile input for posting, at most 1 MiB each: what `limits.article` lets in. */
const MiB = 1024 * 1024;
const H = 'From: a@b.example\r\nNewsgroups: groggs.gossip\r\nSubject: x\r\n';
const fill = (s: string, n = MiB - 2000) => s.repeat(Math.ceil(n / Buffer.byteLength(s))).slice(0, n);
const mp = (kind: string, b = 'b') => `Content-Type: multipart/${kind}; boundary="${b}"\r\n\r\n`;
const nested = (d: number): string =>
  d === 0
    ? `\r\n${fill('a\r\n--x ', 900_000)}\r\n`
    : `Content-Type: multipart/mixed; boundary=b${d}\r\n\r\n--b${d}\r\n${nested(d - 1)}\r\n--b${d}--\r\n`;
/** Articles that would cost much if any work were done before they are bounded, by what they attack. */
export const hostileArticles: Readonly<Record<string, string>> = {
  'combining marks': `${H}\r\n${fill(`a${'\u0301'.repeat(4000)}`, MiB / 2)}`,
  'combining marks, fits': `${H}\r\n${fill('a\u0301\u0323\u0307', 3000)}`,
  '30 marks, 7000 octets': `${H}\r\n${fill(`a${'\u0301\u0323'.repeat(15)} `, 3500)}`,
  'flowed a': `${H}Content-Type: text/plain; format=flowed\r\n\r\n${fill('a \r\n')}`,
  'flowed quoted': `${H}Content-Type: text/plain; format=flowed\r\n\r\n${fill('> a \r\n')}`,
  'plain lines': `${H}\r\n${fill('a\r\n')}`,
  'one line': `${H}\r\n${fill('x')}`,
  blanks: `${H}\r\n${fill(' ')}`,
  'blank lines that fit nothing': `${H}\r\n${fill('\r\n')}`,
  '(was:': `${H.replace('Subject: x', `Subject: ${fill('(was:', 30_000)}`)}\r\nx`,
  'subject parens': `${H.replace('Subject: x', `Subject: ${fill('(was: ', 30_000)})`)}\r\nx`,
  'encoded words': `${H.replace('Subject: x', `Subject: ${fill('=?utf-8?q?=c3=a9?= ', 32_000)}`)}\r\nx`,
  '10^5 encoded words folded': `${H.replace('Subject: x', `Subject: ${fill('=?utf-8?q?a?=\r\n ', 1_000_000)}x`)}\r\nx`,
  'encoded words other sets': `${H.replace('Subject: x', `Subject: ${fill('=?cp850?q?=82?= =?big5?q?=a4=a4?= ', 32_000)}`)}\r\nx`,
  'marks in subject': `${H.replace('Subject: x', `Subject: a${'\u0301'.repeat(14000)}`)}\r\nx`,
  'From parens': `${H.replace('From: a@b.example', `From: ${fill('(', 30_000)}`)}\r\nx`,
  'From quotes': `${H.replace('From: a@b.example', `From: ${fill('"a', 1999)}`)}\r\nx`,
  'From blanks': `${H.replace('From: a@b.example', `From: a${fill(' ', 1990)}@b`)}\r\nx`,
  References: `${H}References: ${fill('<a@b>', 32_000)}\r\n\r\nx`,
  'References distinct': `${H}References: ${Array.from({ length: 3000 }, (_, i) => `<${i}@b>`).join('')}\r\n\r\nx`,
  Date: `${H}Date: ${fill('( ', 30_000)}\r\n\r\nx`,
  parts: `${H}${mp('mixed')}${fill('--b\r\n\r\nx\r\n')}`,
  'boundary-like lines': `${H}${mp('mixed')}--b\r\n\r\n${fill('--x\r\n')}`,
  deep: `${H}${nested(8)}`,
  deeper: `${H}${nested(40)}`,
  'long boundary': `${H}${mp('mixed', '-'.repeat(70))}${fill(`${'-'.repeat(69)}\r\n`)}`,
  hyphens: `${H}${mp('mixed', '-'.repeat(70))}${fill('-')}`,
  'near marks': `${H}${mp('mixed')}--b\r\n\r\n${fill('\n-')}`,
  'qp soft': `${H}Content-Transfer-Encoding: quoted-printable\r\n\r\n${fill('=\r\n')}`,
  'qp 90k': `${H}Content-Transfer-Encoding: quoted-printable\r\n\r\n${fill('=C3=A9=\r\n', 90_000)}`,
  'base64 1M': `${H}Content-Transfer-Encoding: base64\r\n\r\n${fill('YWFh')}`,
  'base64 90k': `${H}Content-Transfer-Encoding: base64\r\n\r\n${fill('YWFh', 90_000)}`,
  'gb18030 28k': `${H}Content-Type: text/plain; charset=gb18030\r\n\r\n${fill('会议', 27_000)}`,
  'cp850 28k': `${H}Content-Type: text/plain; charset=cp850\r\n\r\n${fill('abc def ', 27_900)}`,
  'ISO-2022-JP runs': `${H}Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n${fill('\x1b$B$"\x1b(B', 27_000)}`,
  'ISO-2022-KR runs': `${H}Content-Type: text/plain; charset=iso-2022-kr\r\n\r\n\x1b$)C\r\n${fill('\x0e0!\x0f', 27_000)}`,
  'HZ runs': `${H}Content-Type: text/plain; charset=hz-gb-2312\r\n\r\n${fill('~{;a~}', 27_000)}`,
  'UTF-7 runs': `${H}Content-Type: text/plain; charset=utf-7\r\n\r\n${fill('+AOk-', 27_000)}`,
  'emoji 7000': `${H}\r\n${fill('👨‍👩‍👧‍👦', 7000 / 4)}`,
  'emoji 28k': `${H}\r\n${fill('👨‍👩‍👧‍👦', 27_000 / 3)}`,
  'Cyrillic 7000': `${H}\r\n${fill('комитет собрался ', 3600)}`,
  'CJK 7000': `${H}\r\n${fill('委員会は', 2300)}`,
  'Thai 7000': `${H}\r\n${fill('ไทยน้ำ', 2300)}`,
  'quoted deep': `${H}\r\n${fill(`${'>'.repeat(39)} a b c d e f g h i j k l m n o p q r s t u v w x y z a b c d\r\n`, 6800)}`,
  'words 7000': `${H}\r\n${fill('a ', 6990)}`,
  'words 14000': `${H}\r\n${fill('a ', 13_900)}`,
  'HTML beside': `${H}${mp('alternative')}--b\r\n\r\nx\r\n--b\r\nContent-Type: text/html\r\n\r\n${fill('<p>a\r\n', 1_000_000)}\r\n--b--\r\n`,
  'image beside': `${H}${mp('mixed')}--b\r\n\r\nx\r\n--b\r\nContent-Type: image/png; name=x\r\nContent-Transfer-Encoding: base64\r\n\r\n${fill(`${'A'.repeat(76)}\r\n`, 1_000_000)}\r\n--b--\r\n`,
  epilogue: `${H}${mp('mixed')}--b\r\n\r\nx\r\n--b--\r\n${fill('x\r\n')}`,
  headers: `${fill('X: y\r\n')}`,
  fold: `${H}X: y\r\n${fill(' \r\n')}`,
  parameters: `${H}Content-Type: text/plain; ${fill('a*0*=x; ', 30_000)}\r\n\r\nx`,
};
