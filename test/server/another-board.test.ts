import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BoardGroup, BoardLogin, BoardNewsgroups, BoardPosting } from '../../src/bridge/board.ts';
import { Bridge } from '../../src/bridge/bridge.ts';
import { Refusal } from '../../src/nntp/backend.ts';
import { NntpServer } from '../../src/nntp/server.ts';
import type { BoardStatus } from '../../src/ops/status.ts';
import type { Board } from '../../src/server/board.ts';
import { latin1 } from '../../src/wire/octets.ts';
import { MemoryBackend, MemoryGroup } from '../support/memory-backend.ts';
import { NntpClient } from '../support/nntp-client.ts';

class OpenGroup extends MemoryGroup implements BoardGroup {
  readonly levelToPost = 2;
}

class AnnouncementGroup extends MemoryGroup implements BoardGroup {
  readonly levelToPost = 3;
}

/** A board that has nothing to do with RGTP: articles in memory, and a list of passwords. */
class MemoryBoard implements Board {
  readonly #articles = new MemoryBackend();
  readonly #open = new OpenGroup('memory.talk', this.#articles);
  readonly #announcements = new AnnouncementGroup('memory.announce', this.#articles);
  readers = 0;

  readonly view: BoardNewsgroups = {
    newsgroup: 'memory.talk',
    domain: 'memory.example',
    groups: [this.#open, this.#announcements],
    find: (messageId) => this.#articles.ids.get(messageId),
    motd: () => ['Welcome to a board in memory.'],
    readerArrived: () => {
      this.readers++;
      return () => void this.readers--;
    },
  };

  readonly login: BoardLogin = {
    name: 'memory',
    newsgroup: 'memory.talk',
    guests: 'read',
    posting: true,
    byAccount: async () => undefined,
    bySecret: async (userid, secret) => {
      if (secret !== 'correct horse') throw new Refusal('bad-credentials', 'wrong user or password');
      return { userid: latin1(userid), grogname: undefined, level: userid === 'editor' ? 3 : 2 };
    },
  };

  readonly poster: BoardPosting = {
    post: async ({ posting, messageId, newsgroup, member }) => {
      const group = newsgroup === 'memory.talk' ? this.#open : this.#announcements;
      const head = [
        `From: ${member.userid}@memory.example`,
        `Newsgroups: ${newsgroup}`,
        `Subject: ${posting.subject}`,
        'Date: Thu, 26 Nov 2026 12:00:00 +0000',
        `Message-ID: ${messageId}`,
        ...(posting.references.length > 0 ? [`References: ${posting.references.join(' ')}`] : []),
      ];
      group.put(messageId, [...head, '', ...posting.text.map(({ text }) => text), ''].join('\r\n'));
    },
    has: (messageId) => this.#articles.ids.has(messageId),
    isPending: () => false,
    settle: async () => {},
  };

  status(): BoardStatus {
    return {
      name: 'memory',
      newsgroup: 'memory.talk',
      phase: 'following',
      ready: true,
      reachable: true,
      held: this.#open.count,
      items: this.#open.count,
      articles: this.#open.count,
      sequence: this.#open.high,
      lagSeconds: 0,
      lagSequences: 0,
      lastError: undefined,
    };
  }

  async close(): Promise<void> {}
}

const board = new MemoryBoard();
const posts: string[] = [];
let server: NntpServer;
let client: NntpClient;

beforeAll(async () => {
  const bridge = new Bridge({
    domain: 'news.example',
    onPost: (name, outcome) => void posts.push(`${name} ${outcome}`),
  });
  bridge.setBoards([board]);
  server = await NntpServer.open({ backend: bridge, listen: [{ host: '127.0.0.1', port: 0, tls: false }] });
  client = await NntpClient.connect(server.addresses[0]?.port ?? 0);
});

afterAll(async () => {
  client.close();
  await server.close();
});

async function post(newsgroup: string, subject: string, ...more: string[]): Promise<string> {
  expect(await client.ask('POST')).toMatch(/^340 /);
  client.send(`Newsgroups: ${newsgroup}`, 'From: a@b.example', `Subject: ${subject}`, ...more, '', 'A text.', '.');
  return client.line();
}

test('another kind of board has newsgroups, logins, posting and articles', async () => {
  expect(board.readers).toBe(1);
  client.send('LIST ACTIVE');
  expect(await client.line()).toMatch(/^215 /);
  expect(await client.block()).toEqual(['memory.talk 0 1 y', 'memory.announce 0 1 n']);
  expect(await client.ask('POST')).toMatch(/^480 /);

  expect(await client.ask('AUTHINFO USER ann')).toMatch(/^381 /);
  expect(await client.ask('AUTHINFO PASS wrong')).toMatch(/^481 /);
  expect(await client.ask('AUTHINFO USER ann')).toMatch(/^381 /);
  expect(await client.ask('AUTHINFO PASS correct horse')).toMatch(/^281 /);

  expect(await post('memory.talk', 'One', 'Message-ID: <one@b.example>')).toMatch(/^240 /);
  expect(await post('memory.talk', 'One', 'Message-ID: <one@b.example>')).toMatch(/^441 435 /);
  expect(await post('memory.talk', 'Re: One', 'References: <one@b.example>')).toMatch(/^240 /);
  expect(await post('memory.announce', 'Two')).toMatch(/^441 only editors of memory\.talk may do this/);
  expect(await post('memory.nowhere', 'Two')).toMatch(/^441 Newsgroups: there is no newsgroup memory\.nowhere here/);
  expect(posts).toEqual(['memory posted', 'memory duplicate', 'memory posted', 'memory refused', 'undefined refused']);

  expect(await client.ask('GROUP memory.talk')).toBe('211 2 1 2 memory.talk');
  client.send('ARTICLE <one@b.example>');
  expect(await client.line()).toMatch(/^220 1 <one@b\.example>/);
  expect(await client.block()).toEqual(expect.arrayContaining(['From: ann@memory.example', 'Subject: One', 'A text.']));
  client.send('OVER 1-2');
  expect(await client.line()).toMatch(/^224 /);
  expect((await client.block()).map((line) => line.split('\t')[1])).toEqual(['One', 'Re: One']);
  client.send('LIST MOTD');
  expect(await client.line()).toMatch(/^215 /);
  expect(await client.block()).toEqual(['Welcome to a board in memory.']);
});
