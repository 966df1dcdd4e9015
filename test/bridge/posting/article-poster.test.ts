import { expect, test } from 'vitest';
import { ArticlePoster, type PostableBoard } from '../../../src/bridge/posting/article-poster.ts';
import { latin1 } from '../../../src/wire/octets.ts';

const GROUP = 'groggs.gossip';
const ID = '<one@peer.example>';
const peer = { address: '192.0.2.1', port: 40000, connection: 'c1' };

function article(text: string): Buffer {
  const head = ['From: Ann <ann@peer.example>', `Newsgroups: ${GROUP}`, 'Subject: One', `Message-ID: ${ID}`];
  return Buffer.from([...head, '', text, ''].join('\r\n'));
}

test('while one article is being posted, another with its Message-ID waits, and then is a duplicate', async () => {
  const held = Promise.withResolvers<void>();
  const posted: string[] = [];
  const board: PostableBoard = {
    login: { name: 'gossip' },
    view: { newsgroup: GROUP, domain: 'board.example', groups: [{ name: GROUP, levelToPost: 2 }] },
    poster: {
      async post({ messageId, posting }) {
        if (posting.text.some(({ text }) => text === 'the first')) await held.promise;
        posted.push(messageId);
      },
      has: (messageId) => posted.includes(messageId),
      isPending: () => false,
      settle: async () => {},
    },
  };
  const member = { userid: latin1('ann@peer.example'), grogname: undefined, level: 2 } as const;
  const poster = new ArticlePoster({
    boards: [board],
    logins: {
      access: () => ({ read: true, post: true, loginHelps: false }),
      level: () => 2,
      member: () => member,
      elsewhere: () => undefined,
    },
    domain: 'news.example',
  });
  const from = { person: undefined, peer, suggested: undefined, feed: false };
  const first = poster.post(article('the first'), from);
  const second = poster.post(article('the second'), from);
  const outcome = second.catch((error: unknown) => error);
  // Time enough for the second to overtake the first.
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(posted).toEqual([]);
  held.resolve();
  expect(await first).toBe(ID);
  expect(await outcome).toMatchObject({ kind: 'duplicate' });
  expect(posted).toEqual([ID]);
});
