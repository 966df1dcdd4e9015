import { readFileSync } from 'node:fs';

/** The article a newsreader posted, from its recording: the lines its POST sent, dots unstuffed, CRLF. */
export function recordedPost(newsreader: string): Buffer {
  const log = readFileSync(new URL(`../../fixtures/newsreaders/${newsreader}.log`, import.meta.url), 'utf8');
  const lines = log.split('\n').map((line) => /^(\d+) +\d+ ([CS]): (.*)$/s.exec(line));
  const start = lines.findIndex((line) => line?.[2] === 'C' && line[3] === 'POST');
  if (start < 0) throw new Error(`${newsreader} posted nothing`);
  const article: string[] = [];
  for (const line of lines.slice(start + 1)) {
    if (line?.[2] !== 'C') continue;
    const text = (line[3] ?? '').replace(/\r$/, '');
    if (text === '.') return Buffer.from(`${article.join('\r\n')}\r\n`);
    article.push(text.startsWith('.') ? text.slice(1) : text);
  }
  throw new Error(`${newsreader}'s post has no end`);
}

/** An article from its lines, in octets of Latin-1 or as UTF-8. */
export function article(lines: readonly string[], encoding: BufferEncoding = 'utf8'): Buffer {
  return Buffer.from(`${lines.join('\r\n')}\r\n`, encoding);
}
