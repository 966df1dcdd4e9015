/** Everything that a store holds of a board arrives in another, once, however often it is copied. */
import { expect, test } from 'vitest';
import { carryOver, OtherBoardError } from '../../src/store/carry-over.ts';
import type { Permanent } from '../../src/store/permanent.ts';
import { PermanentFile } from '../../src/store/permanent-file.ts';
import type { StoredAccount, StoredProof } from '../../src/store/permanent-records.ts';

const account: StoredAccount = {
  ...{ name: 'anne', passwordHash: '$', userid: 'anne@x' },
  ...{ secret: Uint8Array.of(0, 255), settings: '{"grogname":"Anne"}' },
};
const proof: StoredProof = { userid: 'bob@x', hash: '$b', level: 2, proven: 1000 };
const done = { messageId: '<done@x>', epoch: 2, sequence: 90, references: '<a@x>', path: 'peer!not-for-mail' };
const unread = { messageId: '<unread@x>', epoch: 0, sequence: 91, references: '' };
const intent = (messageId: string) => ({ messageId, created: 5, details: `{"for":"${messageId}"}` });

async function filled(): Promise<Permanent> {
  const store = PermanentFile.open(':memory:');
  await store.addEpochs([
    { number: 1, generation: 0, first: 0, base: 0 },
    { number: 2, generation: 1, first: 0, base: -7 },
  ]);
  await store.newsgroupCreated('g.x', 100);
  await store.raiseMarks([{ place: 'main', low: 3, high: 80 }]);
  await store.putArrivals([{ number: 80, time: 1000 }], []);
  await store.putRecent([{ number: 80, details: '{}' }], 80);
  await store.putGuestLevel(1);
  await store.done(done);
  await store.intend(intent('<open@x>'));
  await store.intend(intent(unread.messageId));
  await store.done(unread);
  await store.putAccount(account);
  await store.putProof(proof, { since: 0, most: 10 });
  await store.putFed({ peer: 'p', newsgroup: 'g.x', first: 1, number: 80 });
  return store;
}

/** By every question that can be asked. */
async function contents(store: Permanent) {
  return {
    epochs: await store.epochs(),
    newsgroups: await store.newsgroups(),
    published: await store.published(),
    recent: await store.recent(),
    guest: await store.guestLevel(),
    posts: (await store.ownPosts()).toSorted((a, b) => (a.messageId < b.messageId ? -1 : 1)),
    intents: (await store.intents()).toSorted((a, b) => (a.messageId < b.messageId ? -1 : 1)),
    accounts: await store.accounts(),
    proofs: await store.proofs(),
    fed: await store.fed(),
  };
}

test('all of it arrives, and nothing more the second time', async () => {
  const [from, to] = [await filled(), PermanentFile.open(':memory:')];
  expect(await carryOver(from, to)).toEqual({ posts: 2, intents: 2, accounts: 1, proofs: 1, epochs: 2 });
  expect(await contents(to)).toEqual(await contents(from));
  expect(await carryOver(from, to)).toEqual({ posts: 0, intents: 0, accounts: 0, proofs: 0, epochs: 0 });
  expect(await contents(to)).toEqual(await contents(from));
});

test('what has happened since is added; what has happened there stays', async () => {
  const [from, to] = [await filled(), PermanentFile.open(':memory:')];
  await carryOver(from, to);
  await from.done({ ...unread, epoch: 2 });
  await from.raiseMarks([{ place: 'main', low: 3, high: 70 }]);
  await to.raiseMarks([{ place: 'main', low: 3, high: 99 }]);
  await to.putAccount({ ...account, passwordHash: '$new' });
  expect(await carryOver(from, to)).toMatchObject({ posts: 1, accounts: 0 });
  const now = await contents(to);
  expect(now.posts).toEqual([done, { ...unread, epoch: 2 }]);
  expect(now.intents).toEqual([intent('<open@x>')]);
  expect(now.published.marks).toEqual([{ place: 'main', low: 3, high: 99 }]);
  expect(now.accounts).toEqual([{ ...account, passwordHash: '$new' }]);
});

test.each([
  ['of another age', (store: Permanent) => store.newsgroupCreated('g.x', 99)],
  ['with another numbering', (store: Permanent) => store.addEpochs([{ number: 2, generation: 1, first: 0, base: 1 }])],
])('the store of another board (%s) stays as it is', async (_, make) => {
  const [from, to] = [await filled(), PermanentFile.open(':memory:')];
  await make(to);
  const before = await contents(to);
  await expect(carryOver(from, to)).rejects.toThrow(OtherBoardError);
  expect(await contents(to)).toEqual(before);
});
