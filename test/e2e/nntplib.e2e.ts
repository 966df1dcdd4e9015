import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../support/free-port.ts';
import type { Daemon } from './daemon.ts';
import { expectedArticles, sampleBoard } from './sample-board.ts';
import { domain, newsgroup, sampleDaemon } from './sample-daemon.ts';

const script = new URL('nntplib_reader.py', import.meta.url).pathname;

interface Said {
  readonly welcome: string;
  readonly capabilities: readonly string[];
  readonly groups: Readonly<Record<string, string>>;
  readonly description: string;
  readonly group: readonly [count: number, first: number, last: number, name: string];
  readonly overview: Readonly<Record<string, { subject: string; from: string; id: string; references: string }>>;
  readonly thread: readonly number[];
  readonly texts: Readonly<Record<string, string>>;
  readonly posted?: string;
  readonly new?: number;
}

describe("python3's nntplib", () => {
  let daemon: Daemon;
  beforeAll(async () => {
    ({ daemon } = await sampleDaemon());
  });
  afterAll(() => daemon[Symbol.asyncDispose]());

  it('reads a thread, uses every command it has, and posts', async () => {
    const user = 'ann@rgtp.test';
    const args = [script, String(daemon.port), newsgroup, user, sampleBoard.users[user] ?? ''];
    const { stdout } = await promisify(execFile)('python3', args, { maxBuffer: 1 << 26 });
    // What the script prints, see there.
    const said = JSON.parse(stdout) as Said;
    expect(said.groups).toMatchObject({ [newsgroup]: 'y', [`${newsgroup}.motd`]: 'n', [`${newsgroup}.edits`]: 'n' });
    expect(said.description).toBe('The sample board');

    const expected = [...expectedArticles(newsgroup, domain).values()].filter((a) => a.newsgroups.includes(newsgroup));
    expect(said.group[0]).toBe(expected.length);
    const root = `<O0591429.00000002@${domain}>`;
    const thread = expected.filter((a) => a.messageId === root || a.references?.includes(root));
    expect(said.thread).toEqual(thread.map(({ number }) => number));
    for (const article of thread) {
      if (article.body !== undefined)
        expect(said.texts[article.number]).toBe(article.body.replaceAll('\r\n', '\n').replace(/\n$/, ''));
    }
    expect(said.posted).toBe('.A café, and a dot.\n.');
    expect(said.new).toBeGreaterThan(3217);
  });

  it('speaks TLS: STARTTLS, a login, NNTPS', async () => {
    const certificate = new URL('../fixtures/tls/first.cert.pem', import.meta.url).pathname;
    const key = new URL('../fixtures/tls/first.key.pem', import.meta.url).pathname;
    await daemon.stop();
    const tlsPort = await freePort();
    daemon.configure({
      listen: [`nntp://127.0.0.1:${daemon.port}`, `nntps://127.0.0.1:${tlsPort}`],
      tls: { certificate, key },
      http: { listen: 'off' },
      embedded: { listen: 'off' },
      boards: [{ newsgroup, domain, rgtp: 'embedded' }],
    });
    await daemon.start();
    const user = 'ann@rgtp.test';
    const tls = new URL('nntplib_tls.py', import.meta.url).pathname;
    const args = [
      tls,
      String(daemon.port),
      String(tlsPort),
      certificate,
      newsgroup,
      user,
      sampleBoard.users[user] ?? '',
    ];
    const { stdout } = await promisify(execFile)('python3', args);
    const said: unknown = JSON.parse(stdout);
    expect(said).toEqual({
      starttls: 'TLSv1.3',
      nntps: 'TLSv1.3',
      group: expect.any(Number),
      articles: expect.any(Number),
    });
  });
});
