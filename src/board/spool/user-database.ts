/**
 * groggsd's file `userdatabase`: a hash table of records of 100 octets – userid 75, access, proof, octets in the
 * secret, disabled (one each), secret 16, one unused, time last used (32 bits, little-endian on every machine it ran
 * on).
 */
import { bytesOf, octetsFrom } from '../../wire/octets.ts';
import { messageOf } from '../../wire/trouble.ts';
import { accessLevel } from '../access.ts';
import { type Account, checkUserid, SECRET_OCTETS, USERID_OCTETS } from '../users.ts';

const RECORD = 100;
const ACCESS = 75;
const PROOF = 76;
const SECRET_LENGTH = 77;
const DISABLED = 78;
const SECRET = 79;
const LAST_USED = 96;

const NO_PROOF = 0;
const PROOF_NEVER_MADE = 1;
const PROOF_MADE = 2;

/** slots per account: groggsd's table must not fill up */
const ROOM = 2;

/** The accounts in file order. Reports damaged records to `onBad`. */
export function parseUserDatabase(file: Buffer, onBad: (reason: string) => void): Account[] {
  const accounts: Account[] = [];
  for (let at = 0; at < file.length; at += RECORD) {
    const record = file.subarray(at, at + RECORD);
    if (record.length < RECORD) onBad(`ends within a record (${record.length} of ${RECORD} octets)`);
    else if (record[0] !== 0) {
      try {
        accounts.push(parseRecord(record));
      } catch (error) {
        onBad(`record ${at / RECORD}: ${messageOf(error)}`);
      }
    }
  }
  return accounts;
}

function parseRecord(record: Buffer): Account {
  const end = record.indexOf(0);
  const raw = octetsFrom(record.subarray(0, end >= 0 && end < USERID_OCTETS ? end : USERID_OCTETS));
  const checked = checkUserid(raw);
  if ('wrong' in checked) throw new Error(`userid ${JSON.stringify(raw)} ${checked.wrong}`);
  const proof = record[PROOF];
  if (proof !== NO_PROOF && proof !== PROOF_NEVER_MADE && proof !== PROOF_MADE) {
    throw new Error(`${raw}: no proof has the number ${proof}`);
  }
  const octets = record[SECRET_LENGTH] ?? 0;
  if (octets > SECRET_OCTETS) throw new Error(`${raw}: a secret of ${octets} octets`);
  return {
    userid: raw,
    level: accessLevel(record[ACCESS]),
    secret: proof === NO_PROOF ? undefined : Buffer.from(record.subarray(SECRET, SECRET + octets)),
    confirmed: proof !== PROOF_NEVER_MADE,
    waiting: false,
    disabled: record[DISABLED] !== 0,
    lastUsed: record.readUInt32LE(LAST_USED),
  };
}

/** The file for these accounts, each in the slot where groggsd looks for it. Leaves out accounts not yet approved. */
export function formatUserDatabase(accounts: readonly Account[]): Buffer {
  const known = accounts.filter((account) => !account.waiting);
  const slots = Math.max(64, known.length * ROOM);
  const file = Buffer.alloc(slots * RECORD);
  for (const account of known) {
    let slot = hash(account.userid) % slots;
    while (file[slot * RECORD] !== 0) slot = (slot + 1) % slots;
    formatRecord(account, file.subarray(slot * RECORD, (slot + 1) * RECORD));
  }
  return file;
}

function formatRecord(account: Account, record: Buffer): void {
  bytesOf(account.userid).copy(record);
  record[ACCESS] = account.level;
  record[PROOF] = account.secret === undefined ? NO_PROOF : account.confirmed ? PROOF_MADE : PROOF_NEVER_MADE;
  record[SECRET_LENGTH] = account.secret?.length ?? 0;
  record[DISABLED] = Number(account.disabled);
  account.secret?.copy(record, SECRET);
  record.writeUInt32LE(account.lastUsed, LAST_USED);
}

/** The hash of groggsd's table. */
function hash(userid: string): number {
  let value = 0x4afb;
  for (let i = userid.length - 1; i >= 0; i--) value = ((value << 2) ^ userid.charCodeAt(i)) >>> 0;
  return value;
}
