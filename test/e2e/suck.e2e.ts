import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { expectedArticles } from './sample-board.ts';
import { domain, newsgroup, sampleDaemon } from './sample-daemon.ts';
import { hasPrograms } from './terminal.ts';

/** suck fetches news for a private server: `XHDR Message-ID`, then pipelined ARTICLE by Message-ID. */
describe.skipIf(!hasPrograms('suck'))('suck', () => {
  it('fetches every article of a newsgroup, as it is', async () => {
    const { daemon } = await sampleDaemon();
    await using _ = daemon;
    const folder = (name: string) => join(daemon.folder, name);
    for (const name of ['tmp', 'lists', 'articles']) mkdirSync(folder(name));
    writeFileSync(join(folder('lists'), 'sucknewsrc'), `${newsgroup} 1\n`);
    const options = [
      '-N',
      String(daemon.port),
      '-m',
      '-dt',
      folder('tmp'),
      '-dd',
      folder('lists'),
      '-dm',
      folder('articles'),
    ];
    await promisify(execFile)('suck', ['127.0.0.1', ...options], { maxBuffer: 1 << 26 });

    const fetched = new Map<string, string>();
    for (const name of readdirSync(folder('articles'))) {
      const text = readFileSync(join(folder('articles'), name), 'utf8').replaceAll('\r\n', '\n');
      fetched.set(/^Message-ID: (.*)$/m.exec(text)?.[1] ?? '', text);
    }
    const expected = [...expectedArticles(newsgroup, domain).values()].filter((a) => a.newsgroups.includes(newsgroup));
    expect(fetched.size).toBe(expected.length);
    for (const { messageId = '', body } of expected) {
      const text = fetched.get(messageId);
      expect(text, messageId).toBeDefined();
      if (body !== undefined) expect(text?.slice(text.indexOf('\n\n') + 2)).toBe(body.replaceAll('\r\n', '\n'));
    }
  });
});
