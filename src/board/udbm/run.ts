import { randomBytes } from 'node:crypto';
import { formatHex32 } from '../../rgtp/hex.ts';
import { encode } from '../../wire/charset.ts';
import { ascii, join, type Octets, octets } from '../../wire/octets.ts';
import type { Registration } from '../registration.ts';
import type { BoardStore } from '../store.ts';
import { type Account, SECRET_OCTETS } from '../users.ts';
import { accessName, parseUdbm, UdbmError, type UdbmRequest, USAGE, type Values, type Who } from './request.ts';

const HOUR = 3600; // s

/** What the user database needs of a board. */
export interface UserAdministration {
  readonly store: BoardStore;
  /** undefined: not configured */
  readonly registration: Registration | undefined;
}

/** Runs a UDBM command. Returns the answer, lines ended by LF. @param editor for the audit log */
export async function runUdbm(board: UserAdministration, editor: Octets, args: Octets): Promise<Octets> {
  try {
    return await performUdbm(board, editor, parseUdbm(args));
  } catch (error) {
    if (!(error instanceof UdbmError)) throw error;
    return error.usage ? octets`${error.text}\n\n${USAGE}` : octets`${error.text}\n`;
  }
}

/** Runs a parsed request. @throws UdbmError */
export async function performUdbm(board: UserAdministration, editor: Octets, request: UdbmRequest): Promise<Octets> {
  switch (request.kind) {
    case 'help':
      return USAGE;
    case 'status':
      return status(board);
    case 'list':
      return list(board, request.who, request.verbose);
    case 'delete':
      return remove(board, editor, request.who);
    case 'create':
    case 'update':
      return change(board, editor, request);
  }
}

function status({ store }: UserAdministration): Octets {
  const accounts = [...store.users.all()];
  const count = (test: (account: Account) => boolean) => accounts.filter(test).length;
  const disabled = count((one) => one.disabled);
  const unused = count(({ confirmed, waiting }) => !confirmed && !waiting);
  const waiting = count((one) => one.waiting);
  return octets`${accounts.length} records,  ${disabled} disabled,  ${unused} never used,  ${waiting} waiting for approval\n`;
}

function list({ store }: UserAdministration, who: readonly Who[], verbose: boolean): Octets {
  if (who.length === 0) {
    const lines = [...store.users.all()].map(
      (one, i) => octets`${ascii(String(i).padStart(4))}:  ${line(one, store.time, verbose)}`,
    );
    return join(lines, octets``);
  }
  const answers: Octets[] = [];
  for (const { userid, level } of who) {
    const found = store.users.levels(userid).filter((one) => level === undefined || one.level === level);
    answers.push(...found.map((one) => line(one, store.time, verbose)));
    if (found.length === 0) answers.push(octets`${named({ userid, level })} not found\n`);
  }
  return join(answers, octets``);
}

/** groggsd's layout: hours since last used (or the time itself), access, state, proof, secret, userid. */
function line(account: Account, now: number, verbose: boolean, secret = octets``): Octets {
  const used = verbose
    ? formatHex32(account.lastUsed).toLowerCase()
    : String(Math.floor((now - account.lastUsed) / HOUR)).padStart(7);
  const state = account.disabled ? 'disabled' : 'enabled ';
  const shown = secret === '' ? secret : octets`${secret.padEnd(16)}  `;
  const columns = `${used}  ${accessName(account.level).padEnd(6)} ${state} ${proofOf(account).padEnd(7)} `;
  return octets`${ascii(columns)}${shown}${account.userid}\n`;
}

function proofOf({ secret, confirmed, waiting }: Account): string {
  if (waiting) return 'waiting';
  if (secret === undefined) return 'none';
  return confirmed ? 'md5' : 'md5new';
}

async function remove(board: UserAdministration, editor: Octets, who: Who): Promise<Octets> {
  const { store } = board;
  await store.commit(() => {
    const account = theOne(store.users.levels(who.userid), who);
    store.users.remove(account.userid, account.level);
    keepAnEditor([...store.users.all()]);
    record(store, editor, account, undefined);
  });
  return octets``;
}

async function change(
  board: UserAdministration,
  editor: Octets,
  { kind, who, values }: { readonly kind: 'create' | 'update'; readonly who: Who; readonly values: Values },
): Promise<Octets> {
  const { store, registration } = board;
  const changed = await store.commit(() => {
    const levels = store.users.levels(who.userid);
    const old = kind === 'update' ? toUpdate(levels, who) : undefined;
    const level = who.level ?? old?.level ?? 0;
    if (levels.some((one) => one.level === level && one !== old))
      throw new UdbmError(octets`${named(who)} already exists`, false);
    const changed = withValues(old ?? { ...blank, userid: who.userid, level, lastUsed: store.time }, level, values);
    if (old !== undefined && old.level !== level) store.users.remove(old.userid, old.level);
    store.users.put(changed);
    keepAnEditor([...store.users.all()]);
    record(store, editor, old, changed);
    return changed;
  });
  let note = octets``;
  if (values.approve === true) note = await approved(registration, changed);
  if (changed.level === 3 && changed.secret === undefined) {
    note = octets`${note}Warning - user \`${changed.userid}': edit access and enabled but no id confirmation\n`;
  }
  const shown =
    values.newSecret === true || values.secret !== undefined
      ? ascii(changed.secret?.toString('hex').toUpperCase() ?? '')
      : octets``;
  return note.concat(line(changed, store.time, false, shown));
}

const blank = { secret: undefined, confirmed: true, waiting: false, disabled: false } as const;

function withValues(account: Account, level: Account['level'], values: Values): Account {
  const { proof } = values;
  let { secret } = account;
  if (values.newSecret === true) secret = randomBytes(SECRET_OCTETS);
  if (values.secret !== undefined) secret = values.secret;
  if (proof === 'none') secret = undefined;
  else if (proof !== undefined && secret === undefined) {
    throw new UdbmError(octets`a proof needs a secret: add newsecret, or setsecret <HEX`, false);
  }
  return {
    userid: account.userid,
    level,
    secret,
    confirmed: proof === undefined ? account.confirmed : proof !== 'md5new',
    waiting: account.waiting && values.approve !== true,
    disabled: values.disabled ?? account.disabled,
    lastUsed: values.lastUsed ?? account.lastUsed,
  };
}

async function approved(registration: Registration | undefined, account: Account): Promise<Octets> {
  if (registration === undefined) return octets`No mail was sent: registration is not configured.\n`;
  try {
    await registration.mail(account);
    return octets`The secret was mailed to ${account.userid}.\n`;
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unknown reason';
    return octets`The mail could not be sent (${encode(why, 'auto')}).\n`;
  }
}

/** The one account meant. A user with several levels needs the level named. */
function theOne(levels: readonly Account[], who: Who): Account {
  const found = levels.filter((one) => who.level === undefined || one.level === who.level);
  const [account, ...more] = found;
  if (account === undefined) throw new UdbmError(octets`${named(who)} not found in \`userdatabase'`, false);
  if (more.length > 0) throw new UdbmError(octets`User \`${who.userid}' has several levels: say userid/access`, false);
  return account;
}

/** As in groggsd, `-u userid/access` changes the level of a user's only record. */
function toUpdate(levels: readonly Account[], who: Who): Account {
  const exact = levels.find((one) => one.level === who.level);
  if (exact !== undefined) return exact;
  return theOne(levels, { userid: who.userid, level: levels.length === 1 ? undefined : who.level });
}

/** Without an editor nobody could undo the change. */
function keepAnEditor(accounts: readonly Account[]): void {
  if (!accounts.some(({ level, disabled, waiting }) => level === 3 && !disabled && !waiting)) {
    throw new UdbmError(octets`that would leave the board without an editor`, false);
  }
}

function record(store: BoardStore, editor: Octets, before: Account | undefined, after: Account | undefined): void {
  const { time } = store;
  store.audit.add({
    time,
    userid: editor,
    action: 'user',
    before: before && line(before, time, true),
    after: after && line(after, time, true),
  });
}

function named({ userid, level }: Who): Octets {
  return octets`User \`${userid}'${level === undefined ? octets`` : octets` access=${accessName(level)}`}`;
}
