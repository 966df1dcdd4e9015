import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { boardPost } from './board-text.ts';
import { present } from './clients.ts';
import { inGroup, thread } from './desk.ts';
import { decodeWords } from './headers.ts';
import { known } from './known.ts';
import { classes, kinds } from './libraries.ts';
import { type FetchedArticle, Library, type LibraryKind, LibraryRefusal } from './library.ts';
import { sampleBoard } from './sample-board.ts';
import { befalls, certificate, newsgroup, secureDaemon, TROUBLES } from './sample-daemon.ts';
import { serving } from './serving.ts';
import { mime, stored, text, written } from './written.ts';

const ann = 'ann@rgtp.test';
const editor = 'ed@rgtp.test';
const secretOf = (user: string) => sampleBoard.users[user] ?? '';

describe('client libraries', () => {
  const all = kinds();
  const here = new Set(all.filter(({ name, command, needs }) => present(name, command[0], needs)));

  const board = serving(secureDaemon);
  beforeAll(async () => {
    for (const { build } of here) if (build !== undefined) await promisify(execFile)(build[0], build.slice(1));
  });
  afterAll(async () => {
    rmSync(classes, { recursive: true, force: true });
  });

  async function open(kind: LibraryKind, security: 'plain' | 'starttls' | 'nntps' = 'plain'): Promise<Library> {
    const library = new Library(kind);
    await library.do(
      'connect',
      '127.0.0.1',
      security === 'nntps' ? board().tlsPort : board().daemon.port,
      security,
      certificate,
    );
    return library;
  }

  /** What each library sees, marks and every row: at first, and after each trouble. All see the same troubles. */
  let seen: Promise<Map<string, unknown>[]> | undefined;
  async function troubles(): Promise<Map<string, unknown>[]> {
    const views = [await look()];
    for (const trouble of TROUBLES) {
      await befalls(board().daemon, trouble);
      views.push(await look());
    }
    return views;
  }
  async function look(): Promise<Map<string, unknown>> {
    const all = new Map<string, unknown>();
    const looking = [...here].map(async (kind) => {
      using library = await open(kind);
      const group = await library.group(newsgroup);
      const rows = kind.lacks.includes('over') ? [] : await library.over(1, group.high);
      all.set(kind.name, { group, rows });
      await library.quit();
    });
    await Promise.all(looking);
    return all;
  }

  describe.each([...here])('$name', (kind) => {
    const lacks = (what: LibraryKind['lacks'][number]) => kind.lacks.includes(what);
    const { name, version, quirks = [] } = kind;
    const client = known({ name, kind: 'library', version, quirks });
    const slug = kind.name.replace(/\W+/g, '-').toLowerCase();

    client.can('return', 'nothing is new or lost after a restart, kill -9, and the loss of the cache', async () => {
      seen ??= troubles();
      const [before, ...after] = (await seen).map((view) => view.get(name));
      expect(before).toBeDefined();
      expect(after).toEqual([before, before, before]);
    });

    const reads = ['list', ...(lacks('over') ? [] : ['thread' as const]), 'read'] as const;
    client.can(reads, 'lists, and reads a thread with a continuation', async () => {
      using library = await open(kind);
      const groups = await library.do('groups');
      expect(groups.toSorted()).toEqual([newsgroup, `${newsgroup}.edits`, `${newsgroup}.motd`]);
      const { count, low, high } = await library.group(newsgroup);
      expect(low).toBe(Math.min(...inGroup.map(({ number }) => number)));
      expect(count).toBeGreaterThanOrEqual(inGroup.length);
      expect(high).toBeGreaterThanOrEqual(3217);

      expect(thread.map(({ kind }) => kind)).toContain('C');
      if (!lacks('over')) {
        const rows = new Map((await library.over(1, 3217)).map((row) => [row.number, row]));
        expect([...rows.keys()]).toEqual(inGroup.map(({ number }) => number).toSorted((a, b) => a - b));
        for (const { number, subject, from, messageId, references } of thread) {
          const row = rows.get(number);
          expect(row?.references).toEqual(references);
          if (messageId !== undefined) expect(row?.id).toBe(messageId);
          if (subject !== undefined) expect(plain(row?.subject)).toBe(subject);
          if (from !== undefined) expect(row?.from).toContain(from.address);
        }
      }
      for (const { number, messageId, body, subject } of thread) {
        if (body === '' && lacks('empty')) continue;
        const article = await library.article(number);
        if (messageId !== undefined) expect(article.headers.get('message-id')).toBe(messageId);
        if (subject !== undefined) expect(plain(article.headers.get('subject'))).toBe(subject);
        if (body !== undefined) expect(read(kind, article)).toBe(body.replaceAll('\r\n', '\n').replace(/\n$/, ''));
      }
      await library.quit();
    });

    client.can('follow', 'catches what is new while it is connected', async () => {
      using library = await open(kind);
      const before = await library.group(newsgroup);
      const id = `<new.${slug}@client.example>`;
      const other = await board().daemon.client();
      await other.login(ann, secretOf(ann));
      const clock = (await other.ask('DATE')).slice(4);
      const [, y, mo, d, h, mi, s] = /^(\d{4})(..)(..)(..)(..)(..)$/.exec(clock) ?? [];
      const now = Date.UTC(Number(y), Number(mo) - 1, Number(d), Number(h), Number(mi), Number(s)) / 1000;
      const headers = [`From: Ann <${ann}>`, `Newsgroups: ${newsgroup}`, 'Subject: News', `Message-ID: ${id}`];
      expect(await other.post([...headers, '', 'Just in.'])).toMatch(/^240/);
      other.quit();
      const after = await library.group(newsgroup);
      // A withdrawal may have taken a number in between.
      expect(after).toEqual({ count: before.count + 1, low: before.low, high: expect.any(Number) });
      expect(after.high).toBeGreaterThan(before.high);
      if (!lacks('over')) {
        const rows = await library.over(before.high + 1, after.high);
        expect(rows.map((row) => row.id)).toEqual([id]);
      }
      expect(await library.do('newnews', newsgroup, now)).toContain(id);
      expect(read(kind, await library.article(id))).toBe('Just in.');
      await library.quit();
    });

    client.can('log in', 'logs in', async () => {
      using library = await open(kind);
      await expect(library.do('login', ann, '00')).rejects.toThrow(LibraryRefusal);
      await library.do('login', ann, secretOf(ann));
      await library.quit();
    });

    if (!lacks('nntps'))
      client.can('NNTPS', 'NNTPS', async () => {
        using library = await open(kind, 'nntps');
        await library.do('login', ann, secretOf(ann));
        expect((await library.group(newsgroup)).high).toBeGreaterThanOrEqual(3217);
        await library.quit();
      });

    if (!lacks('starttls'))
      client.can('STARTTLS', 'STARTTLS', async () => {
        using library = await open(kind, 'starttls');
        await library.do('login', ann, secretOf(ann));
        expect((await library.group(newsgroup)).high).toBeGreaterThanOrEqual(3217);
        await library.quit();
      });

    const posts = ['post', ...(lacks('references') ? [] : ['reply' as const, 'cancel' as const])] as const;
    client.can(posts, 'posts, replies; the board has it exactly', async () => {
      using library = await open(kind);
      await library.do('login', ann, secretOf(ann));
      const subject = `“Zażółć” – a naïve café by ${kind.name}`;
      const encoded = `=?utf-8?B?${Buffer.from(subject).toString('base64')}?=`;
      const headers = (title: string, ...more: string[]) => [
        ...['From: "Ann at the back" <whoever@example.net>', `Newsgroups: ${newsgroup}`, `Subject: ${title}`, ...more],
        ...mime,
        '',
      ];
      await library.post([...headers(encoded), ...written(kind.name)]);
      const { high } = await library.group(newsgroup);
      const item = await library.article(high);
      expect(plain(item.headers.get('subject'))).toBe(subject);
      expect(read(kind, item)).toBe(written(kind.name).join('\n'));
      const itemId = item.headers.get('x-rgtp-item') ?? '';
      const onBoard = await boardPost(board().rgtp, itemId, item.headers.get('x-rgtp-sequence') ?? '');
      expect(text(onBoard.heading)).toContain('Ann at the back');
      expect(text(onBoard.heading)).toContain(`Subject: ${subject}`);
      expect(text(onBoard.lines)).toBe(stored(kind.name).join('\n'));

      const id = item.headers.get('message-id') ?? '';
      if (!lacks('references')) {
        const lines = written('a reply');
        await library.post([...headers(`Re: ${encoded}`, `References: ${id}`), ...lines]);
        const reply = await library.article((await library.group(newsgroup)).high);
        expect(reply.headers.get('references')).toBe(id);
        expect(reply.headers.get('x-rgtp-item')).toBe(itemId);
        expect(read(kind, reply)).toBe(lines.join('\n'));
        const there = await boardPost(board().rgtp, itemId, reply.headers.get('x-rgtp-sequence') ?? '');
        expect(text(there.lines)).toBe(stored('a reply').join('\n'));
      }

      if (!lacks('references')) {
        const cancel = ['From: x <x@example.net>', `Newsgroups: ${newsgroup}`, `Subject: cmsg cancel ${id}`];
        cancel.push(`Control: cancel ${id}`, '', 'Cancelled.');
        await expect(library.post(cancel)).rejects.toThrow(LibraryRefusal);
        expect((await library.article(id)).headers.get('message-id')).toBe(id);
        await library.quit();
        using other = await open(kind);
        await other.do('login', editor, secretOf(editor));
        await other.post(cancel);
        await expect(other.article(id)).rejects.toThrow(LibraryRefusal);
        await expect(boardPost(board().rgtp, itemId, '')).rejects.toThrow(/410/);
        await other.quit();
      }
    });
  });
});

/** A header as people see it. */
const plain = (value = '') => decodeWords(Buffer.from(value, 'latin1').toString('utf8'));

/** Its text. */
function read({ lacks }: LibraryKind, { lines }: FetchedArticle): string {
  return text(lacks.includes('dots') ? lines.map((line) => line.replace(/^\.\./, '.')) : lines);
}
