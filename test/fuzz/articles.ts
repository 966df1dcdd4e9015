/** Articles to start from: what newsreaders post, and what they should not. */
const HEAD = 'From: Ann <ann@example.org>\r\nNewsgroups: groggs.gossip\r\nSubject: Hello\r\n';

function article(more: string, body: string): Buffer {
  return Buffer.from(`${HEAD}${more}\r\n${body}`);
}

const PARTS =
  '--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nGrüße\r\n--b\r\nContent-Type: text/html\r\n\r\n<b>x</b>\r\n--b--\r\n';
const INNER = '--c\r\n\r\ninner\r\n--c--\r\n';

export function articles(): Buffer[] {
  return [
    article('', 'Text\r\n> quoted\r\n-- \r\nsig\r\n'),
    article(
      'Message-ID: <a@b.example>\r\nReferences: <x@y> <z@y>\r\nDate: Fri, 27 Nov 2026 00:00:00 +0000\r\n',
      'Reply\r\n',
    ),
    article(
      'Content-Type: text/plain; charset=utf-8; format=flowed; delsp=yes\r\n',
      'A paragraph \r\nthat flows\r\n> and \r\n> a quote\r\n',
    ),
    article(
      'Content-Type: text/plain; charset=iso-8859-15\r\nContent-Transfer-Encoding: quoted-printable\r\n',
      'Gr=FC=DFe =\r\nund =A4\r\n',
    ),
    article('Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n', 'R3LDvMOfZQ==\r\n'),
    article('Content-Type: multipart/alternative; boundary=b\r\n', PARTS),
    article(
      'Content-Type: multipart/mixed; boundary="b"\r\n',
      `--b\r\nContent-Type: multipart/signed; boundary=c\r\n\r\n${INNER}--b--\r\n`,
    ),
    article('Control: cancel <a@b.example>\r\nX-RGTP-Reason: spam\r\n', ''),
    article('Supersedes: <a@b.example>\r\n', 'New text\r\n'),
    article('Subject: two\r\n', 'x\r\n'),
    article('Content-Type: text/plain; charset=iso-2022-jp\r\n', '\x1b$B$"\x1b(B\r\n'),
    article('Content-Type: text/html\r\n', '<p>x</p>\r\n'),
    Buffer.from(
      'Path: x!not-for-mail\r\nDate: Fri, 27 Nov 2026 00:00:00 GMT\r\nMessage-ID: <f@e.ed>\r\nFrom: =?utf-8?q?=C3=84nn?= <a@b.c>\r\nNewsgroups: a.b,c.d\r\nSubject: =?iso-8859-1?b?4A==?=\r\n\r\nFed\r\n',
    ),
    Buffer.from('\r\n'),
  ];
}
