import { randomBytes } from 'node:crypto';
import { formatHex32 } from '../../rgtp/hex.ts';
import { diskTrouble } from '../../store/errors.ts';
import { encode } from '../../wire/charset.ts';
import { eventLoop } from '../../wire/fair-share.ts';
import { ascii, join, type Octets, octets } from '../../wire/octets.ts';
import type { Registration } from '../registration.ts';
import type { BoardStore } from '../store.ts';
import { type Account, type Listed, SECRET_OCTETS } from '../users.ts';
import { accessName, parseUdbm, UdbmError, type UdbmRequest, USAGE, type Values, type Who } from './request.ts';

const HOUR = 3600; // s
/** accounts read together */
const PAGE = 200;

/** What the user database needs from a board. */
export interface UserAdministration {
  readonly store: BoardStore;
  /** undefined: not configured */
  readonly registration: Registration | undefined;
}

/** Runs a UDBM command. Yields the answer in pieces, lines ended by LF. @param editor for the audit log */
export async function* runUdbm(board: UserAdministration, editor: Octets, args: Octets): AsyncGenerator<Octets> {
  try {
    const request = parseUdbm(args);
    if (request.kind === 'list' && request.who.length === 0) yield* everybody(board, request.verbose);
    else yield await performUdbm(board, editor, request);
  } catch (error) {
    if (!(error instanceof UdbmError)) throw error;
    yield error.usage ? octets`${error.text}\n\n${USAGE}` : octets`${error.text}\n`;
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

/** All accounts, a page at a time, since there may be very many. */
function* pagesOf({ users }: BoardStore): Generator<readonly Listed[]> {
  let last: Listed | undefined;
  for (let page = users.page(last, PAGE); page.length > 0; page = users.page(last, PAGE)) {
    yield page;
    last = page.at(-1);
  }
}

function* everybody({ store }: UserAdministration, verbose: boolean): Generator<Octets> {
  let number = 0;
  for (const page of pagesOf(store)) {
    const lines = page.map((one) => octets`${ascii(String(number++).padStart(4))}:  ${line(one, store.time, verbose)}`);
    yield join(lines, octets``);
  }
}

async function status({ store }: UserAdministration): Promise<Octets> {
  let [records, disabled, unused, waiting] = [0, 0, 0, 0];
  for (const page of pagesOf(store)) {
    for (const one of page) {
      records++;
      if (one.disabled) disabled++;
      if (one.waiting) waiting++;
      else if (!one.confirmed) unused++;
    }
    if (eventLoop.over()) await eventLoop.next();
  }
  return octets`${records} records,  ${disabled} disabled,  ${unused} never used,  ${waiting} waiting for approval\n`;
}

function list(board: UserAdministration, who: readonly Who[], verbose: boolean): Octets {
  const { store } = board;
  if (who.length === 0) return join([...everybody(board, verbose)], octets``);
  const answers: Octets[] = [];
  for (const { userid, level } of who) {
    const found = store.users.levels(userid).filter((one) => level === undefined || one.level === level);
    answers.push(...found.map((one) => line(shown(one), store.time, verbose)));
    if (found.length === 0) answers.push(octets`${named({ userid, level })} not found\n`);
  }
  return join(answers, octets``);
}

/** groggsd's layout: hours since last used (or the time itself), access, state, proof, secret, userid. */
function line(account: Listed, now: number, verbose: boolean, secret = octets``): Octets {
  const used = verbose
    ? formatHex32(account.lastUsed).toLowerCase()
    : String(Math.floor((now - account.lastUsed) / HOUR)).padStart(7);
  const state = account.disabled ? 'disabled' : 'enabled ';
  const column = secret === '' ? secret : octets`${secret.padEnd(16)}  `;
  const columns = `${used}  ${accessName(account.level).padEnd(6)} ${state} ${proofOf(account).padEnd(7)} `;
  return octets`${ascii(columns)}${column}${account.userid}\n`;
}

function shown({ secret, ...account }: Account): Listed {
  return { ...account, hasSecret: secret !== undefined };
}

function proofOf({ hasSecret, confirmed, waiting }: Listed): string {
  if (waiting) return 'waiting';
  if (!hasSecret) return 'none';
  return confirmed ? 'md5' : 'md5new';
}

async function remove(board: UserAdministration, editor: Octets, who: Who): Promise<Octets> {
  const { store } = board;
  await store.commit(() => {
    const account = theOne(store.users.levels(who.userid), who);
    store.users.remove(account.userid, account.level);
    keepAnEditor(store);
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
    keepAnEditor(store);
    record(store, editor, old, changed);
    return changed;
  });
  let note = octets``;
  if (values.approve === true) note = await approved(registration, changed);
  if (changed.level === 3 && changed.secret === undefined) {
    note = octets`${note}Warning - user \`${changed.userid}': edit access and enabled but no id confirmation\n`;
  }
  const secret =
    values.newSecret === true || values.secret !== undefined
      ? ascii(changed.secret?.toString('hex').toUpperCase() ?? '')
      : octets``;
  return note.concat(line(shown(changed), store.time, false, secret));
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
    const why = diskTrouble(error) ?? (error instanceof Error ? error.message : 'unknown reason');
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
function keepAnEditor({ users }: BoardStore): void {
  if (!users.hasEditor) throw new UdbmError(octets`that would leave the board without an editor`, false);
}

function record(store: BoardStore, editor: Octets, before: Account | undefined, after: Account | undefined): void {
  const { time } = store;
  store.audit.add({
    time,
    userid: editor,
    action: 'user',
    before: before && line(shown(before), time, true),
    after: after && line(shown(after), time, true),
  });
}

function named({ userid, level }: Who): Octets {
  return octets`User \`${userid}'${level === undefined ? octets`` : octets` access=${accessName(level)}`}`;
}
