import type { Permanent } from './permanent.ts';

/** How many of each were copied, not counting what was there already. */
export interface Copied {
  readonly posts: number;
  readonly intents: number;
  readonly accounts: number;
  readonly proofs: number;
  readonly epochs: number;
}

/** Neither store is a continuation of the other. */
export class OtherBoardError extends Error {
  override name = 'OtherBoardError';
}

/** Posts written at a time. */
const AT_ONCE = 100;

/**
 * Copies everything that `from` holds of a board into `to`. What `to` has already stays as it is, so this can be
 * repeated, even after an interruption; marks only rise.
 *
 * @throws OtherBoardError if `to` holds something else; then nothing is copied
 */
export async function carryOver(from: Permanent, to: Permanent): Promise<Copied> {
  await requireSameBoard(from, to);
  const epochs = await from.epochs();
  const known = (await to.epochs()).length;
  await to.addEpochs(epochs);
  for (const { name, created } of await from.newsgroups()) await to.newsgroupCreated(name, created);
  const { marks, arrivals } = await from.published();
  await to.raiseMarks(marks);
  await to.putArrivals(arrivals, []);
  const recent = await from.recent();
  if (recent.length > 0) await to.putRecent(recent, recent[0]?.number ?? 0);
  const level = await from.guestLevel();
  if (level !== undefined && (await to.guestLevel()) === undefined) await to.putGuestLevel(level);
  await copyFed(from, to);
  // In this order: a post without an epoch still has its intent.
  const intents = await copyIntents(from, to);
  return {
    posts: await copyPosts(from, to),
    intents,
    accounts: await copyAccounts(from, to),
    proofs: await copyProofs(from, to),
    epochs: Math.max(0, epochs.length - known),
  };
}

async function requireSameBoard(from: Permanent, to: Permanent): Promise<void> {
  const theirs = new Map((await to.newsgroups()).map(({ name, created }) => [name, created]));
  for (const { name, created } of await from.newsgroups()) {
    const other = theirs.get(name) ?? created;
    if (other !== created) throw new OtherBoardError(`the newsgroup ${name} was created at a different time there`);
  }
  const has = new Map((await to.epochs()).map((epoch) => [epoch.number, JSON.stringify(Object.values(epoch))]));
  for (const epoch of await from.epochs()) {
    const other = has.get(epoch.number);
    if (other !== undefined && other !== JSON.stringify(Object.values(epoch))) {
      throw new OtherBoardError(`articles are numbered differently there, from epoch ${epoch.number} on`);
    }
  }
}

async function copyPosts(from: Permanent, to: Permanent): Promise<number> {
  const there = new Map((await to.ownPosts()).map(({ messageId, epoch }) => [messageId, epoch]));
  // A post that had no epoch when it was copied, and has one now, is copied again.
  const missing = (await from.ownPosts()).filter(
    ({ messageId, epoch }) => (there.get(messageId) ?? -1) < Math.min(epoch, 1),
  );
  for (let i = 0; i < missing.length; i += AT_ONCE) {
    await Promise.all(missing.slice(i, i + AT_ONCE).map((post) => to.done(post)));
  }
  return missing.length;
}

async function copyIntents(from: Permanent, to: Permanent): Promise<number> {
  let count = 0;
  for (const intent of await from.intents()) if (!(await to.intend(intent)).known) count++;
  return count;
}

async function copyFed(from: Permanent, to: Permanent): Promise<void> {
  const there = new Set((await to.fed()).map(({ peer, newsgroup }) => `${peer} ${newsgroup}`));
  for (const one of await from.fed()) if (!there.has(`${one.peer} ${one.newsgroup}`)) await to.putFed(one);
}

async function copyAccounts(from: Permanent, to: Permanent): Promise<number> {
  const there = new Set((await to.accounts()).map(({ name }) => name));
  const missing = (await from.accounts()).filter(({ name }) => !there.has(name));
  for (const account of missing) await to.putAccount(account);
  return missing.length;
}

async function copyProofs(from: Permanent, to: Permanent): Promise<number> {
  const there = new Set((await to.proofs()).map(({ userid }) => userid));
  const missing = (await from.proofs()).filter(({ userid }) => !there.has(userid));
  for (const proof of missing) await to.putProof(proof, { since: 0, most: Number.MAX_SAFE_INTEGER });
  return missing.length;
}
