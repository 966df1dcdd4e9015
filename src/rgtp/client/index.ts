/**
 * `rgtp-nntp/rgtp`: the RGTP protocol and its client, for other programs. It knows nothing of NNTP. docs/rgtp-library.md
 * shows how to use it.
 */
export { type Charset, decode, encode, UnencodableError } from '../../wire/charset.ts';
export { bytesOf, latin1, type Octets, octetsFrom } from '../../wire/octets.ts';
export type { EditLogEntry } from '../edit-log.ts';
export { RgtpError, type RgtpErrorKind, RgtpFormatError } from '../errors.ts';
export { type EntryType, formatIndexEntry, type IndexEntry, parseIndexEntry } from '../index-entry.ts';
export { type ContinuationMark, type Contribution, type Item, parseItem } from '../item.ts';
export { parseItemId } from '../item-id.ts';
export type { Motd } from '../motd.ts';
export { parseSecret } from '../proof.ts';
export { RgtpConnection } from './connection.ts';
export type { Level } from './login.ts';
export type { ClientOptions, Limits, Timeouts } from './options.ts';
export type { DataOctets } from './pending.ts';
export { type PoolOptions, RgtpPool } from './pool.ts';
export type { Posted, PostedItem } from './posting.ts';
export { overTls } from './tls.ts';
