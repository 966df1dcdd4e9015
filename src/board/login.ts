import { timingSafeEqual } from 'node:crypto';
import { clientProof, nonce, serverProof } from '../rgtp/proof.ts';
import { diskTrouble } from '../store/errors.ts';
import { type Ascii, ascii, type Octets, octets } from '../wire/octets.ts';
import type { AccessLevel } from './access.ts';
import type { CommandSession } from './command-session.ts';
import { ErrorResponse } from './error-response.ts';
import { REVOKED } from './standing.ts';
import type { Account } from './users.ts';

/**
 * USER, or ALVL upwards: grants access at once if the account has no secret, else sends the challenge (RGTP 2.2.3,
 * 2.2.5).
 * @param level undefined: the user's highest
 */
export async function authorise(
  session: CommandSession,
  userid: Octets,
  level: AccessLevel | undefined,
): Promise<void> {
  const levels = session.board.store.users.levels(userid);
  const usable = levels.filter((one) => !one.waiting);
  const account = usable.find((one) => level === undefined || one.level === level);
  if (account === undefined) {
    const [any] = usable;
    if (any === undefined) deny(session, octets`You are unknown to me - please ask the Editors for a userid`);
    deny(session, octets`You are denied that access level`);
  }
  const { secret } = account;
  // If there is a secret, only those who prove it are told.
  if (account.disabled && secret === undefined) deny(session, REVOKED.disabled);
  if (!account.disabled) await touch(session, account);
  if (secret === undefined) {
    session.admit(account, octets`Unconfirmed login OK`);
    return;
  }
  session.challenge = { account: { ...account, secret }, serverNonce: nonce() };
  session.say(octets`130 MD5  Please provide proof of identity.`);
  session.say(octets`333 ${hex(session.challenge.serverNonce)}`);
}

/** AUTH (RGTP 2.2.4, 2.4). */
export async function prove(session: CommandSession, hash: Buffer, clientNonce: Buffer): Promise<void> {
  const { challenge } = session;
  if (challenge === undefined) throw new ErrorResponse(500, octets`AUTH not expected.`);
  const { account, serverNonce } = challenge;
  const { userid, secret } = account;
  const facts = { userid, secret, clientNonce, serverNonce };
  session.challenge = undefined;
  const { address } = session.caller;
  const { failedProofs } = session.board;
  if (!failedProofs.mayTry(address, userid)) {
    session.report('login refused', { userid, reason: 'too many wrong proofs' });
    session.board.observer.loggedIn('refused');
    // Not 483: the proof was not checked, and a bridge must not take this for a verdict on the login.
    throw new ErrorResponse(484, octets`Too many failed proofs of identity; please try again in five minutes.`);
  }
  if (!timingSafeEqual(clientProof(facts), hash)) {
    session.report('login refused', { userid, reason: 'wrong proof' });
    session.board.observer.loggedIn('refused');
    await failedProofs.failed(address, userid);
    throw failure(session, 3, octets`Identity confirmation failed`);
  }
  const { store } = session.board;
  // The account may be disabled, or have changed since the challenge.
  const fault = store.accounts.faultOf(account);
  if (fault !== undefined) deny(session, REVOKED[fault]);
  failedProofs.succeeded(address, userid);
  session.say(octets`133 ${hex(serverProof(facts))}`);
  if (!account.confirmed) await noted(session, () => store.users.confirm(account));
  session.admit(account, account.confirmed ? octets`Identity confirmed` : octets`Registration complete`);
}

/** Notes when an account was last used, to the hour: so most logins need no sync. */
async function touch(session: CommandSession, account: Account): Promise<void> {
  const { store } = session.board;
  if (store.time - account.lastUsed < 3600) return;
  await noted(session, () => store.users.used(account, store.time));
}

/** Writes what may be lost: a full disk must not keep people from reading. */
async function noted({ board: { store }, log }: CommandSession, task: () => void): Promise<void> {
  try {
    await store.commit(task);
  } catch (err) {
    if (diskTrouble(err) === undefined) throw err;
    log.warn({ err }, 'a login could not be recorded');
  }
}

function deny(session: CommandSession, why: Octets): never {
  session.report('login refused', { userid: session.userid, reason: why });
  session.board.observer.loggedIn('refused');
  throw failure(session, 2, why);
}

/** 48x closes after USER, 43x leaves the session as it was after ALVL. */
function failure(session: CommandSession, digit: 2 | 3, why: Octets): ErrorResponse {
  return new ErrorResponse((session.level > 0 ? 430 : 480) + digit, octets`${why}.`);
}

function hex(bytes: Buffer): Ascii {
  return ascii(bytes.toString('hex').toUpperCase());
}
