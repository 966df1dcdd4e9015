/** The keys of one peer: `peers[0].address` and so on. */
import { z } from 'zod';
import { address } from './addresses.ts';
import { choice, count, flag, keyNotes, maybeText, path, text } from './keys.ts';

export const peer = z.strictObject({
  address: address(['nntp', 'nntps'], {
    meaning: 'Address of the peer (`nntps`: over TLS)',
    usually: 'none: must be set',
  }),
  name: maybeText({
    meaning: 'Name of the peer in logs and on the status page. The record of what it was sent is kept under this name',
    usually: 'its host',
    pattern: /^[A-Za-z0-9._-]{1,64}$/,
    allowed: 'up to 64 characters of A–Z, a–z, 0–9, ., - and _',
  }),
  path: maybeText({
    meaning: "The peer's name in Path (`pathhost` in INN): articles that have passed it are not offered to it",
    usually: 'its host',
    pattern: /^[A-Za-z0-9._:-]{1,200}$/,
    allowed: 'a name as in Path',
  }),
  ca: path('', {
    meaning: 'PEM file with the authorities that may certify an `nntps` peer; empty: the well-known ones',
    of: 'file',
  }),
  user: text('', {
    meaning: 'User at the peer; empty: no login',
    pattern: /^[!-~]{0,200}$/,
    allowed: 'up to 200 characters of ASCII without blanks',
  }),
  password: text('', {
    meaning: "That user's password; better kept in `passwordFile`",
    pattern: /^[!-~]{0,200}$/,
    allowed: 'up to 200 characters of ASCII without blanks',
    secret: true,
  }),
  passwordFile: path('', { meaning: 'File that contains the password', of: 'file' }),
  newsgroups: text('*', {
    meaning: 'Newsgroups to send, as a wildmat (RFC 3977 §4)',
    pattern: /^[^\s[\]\\]+$/,
    allowed: 'a wildmat, such as groggs.*,!groggs.test',
  }),
  notices: flag(false, { meaning: 'Whether to send notices of edits (`.edits`)' }),
  motd: flag(true, { meaning: 'Whether to send messages of the day (`.motd`)' }),
  cancels: flag(true, { meaning: 'Whether to send a cancel for each withdrawn post' }),
  supersedes: flag(false, {
    meaning:
      'Whether to send an article again, superseding the former one (RFC 5536 §3.2.6), when its item was edited: all articles of the item, because a board does not say which post was edited',
  }),
  from: choice(['now', 'the beginning'], 'now', { meaning: 'Where a new peer begins' }),
  connections: count(1, 1, 16, {
    meaning: 'Connections to the peer; each newsgroup uses one of them at a time, so that it stays in order',
  }),
});

export const peers = z
  .array(peer)
  .max(64)
  .prefault([])
  .register(keyNotes, { meaning: 'The peers', allowed: 'a list of up to 64 peers', kind: 'text' });
