/** The keys of one board: `boards[0].newsgroup` and so on. */
import { z } from 'zod';
import { addressOrEmbedded } from './addresses.ts';
import { choice, count, duration, flag, keyNotes, maybeText, path, section, size, text } from './keys.ts';

const newsgroup = /^(?!.{72})[a-z0-9][a-z0-9+_-]*(\.[a-z0-9][a-z0-9+_-]*)*$/;
const host = /^(?=.{1,200}$)[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/;

export const board = z.strictObject({
  name: maybeText({
    meaning: 'Short name, for files in `data`, logs, and `board:userid` logins',
    usually: 'last part of `newsgroup`',
    pattern: /^[a-z0-9][a-z0-9_-]{0,31}$/,
    allowed: 'up to 32 characters of a–z, 0–9, - and _',
  }),
  newsgroup: maybeText({
    meaning: 'The newsgroup; its companions have `.motd` and `.edits` added',
    usually: '`groggs.` and the name: `groggs.gossip`',
    pattern: newsgroup,
    allowed: 'a newsgroup name: parts of a–z, 0–9, +, - and _ joined by dots',
  }),
  description: maybeText({ meaning: 'Description in lists of newsgroups', usually: '`The NAME board`' }),
  rgtp: addressOrEmbedded('embedded', ['rgtp', 'rgtps'], {
    meaning: 'Address of the board (`rgtps`: over TLS), or `embedded` for the board inside this program (at most one)',
  }),
  ca: path('', {
    meaning: 'PEM file with the authorities that may certify an `rgtps` board; empty: the well-known ones',
    of: 'file',
  }),
  domain: maybeText({
    meaning:
      'Domain of Message-IDs, and of addresses that have none. Choose it before the first reader comes: a change renames every article',
    usually: "the board's host if it contains a dot, else the newsgroup and `.invalid`",
    pattern: host,
    allowed: 'a host name with a dot',
  }),
  user: text('', {
    meaning: 'Userid that reads the board; empty: guest',
    pattern: /^[!-~\xA0-\xFF]{0,75}$/,
    allowed: 'a userid of at most 75 characters, without blanks',
  }),
  secret: text('', {
    meaning: "That user's shared secret in hex; better kept in `secretFile`",
    pattern: /^(\s*[0-9A-Fa-f]{2})*\s*$/,
    allowed: 'pairs of hex digits; blanks are allowed',
    secret: true,
  }),
  secretFile: path('', { meaning: 'File that contains the shared secret', of: 'file' }),
  charset: choice(['auto', 'latin1', 'utf-8', 'windows-1252'], 'auto', {
    meaning: "The board's character set; `auto`: UTF-8 if the whole text is valid UTF-8, else Latin-1",
  }),
  posting: flag(true, { meaning: 'Whether anyone can post through the bridge' }),
  guests: choice(['read', 'none'], 'read', {
    meaning: 'What newsreaders may do without login: `read` while the board lets its own guest read, or nothing',
  }),
  threading: choice(['flat', 'chain'], 'flat', {
    meaning: 'Whether replies refer to the first post of their item (`flat`) or to the previous post (`chain`)',
  }),
  addresses: choice(['plain', 'mask'], 'plain', {
    meaning: 'Addresses in From: unchanged, or with `.invalid` added (`mask`)',
  }),
  attachments: choice(['refuse', 'drop'], 'refuse', {
    meaning: 'Articles with files or pictures: refused, or posted with a line that says what was left out (`drop`)',
  }),
  wrap: count(72, 72, 80, { meaning: 'Columns at which long lines of a post are wrapped' }),
  grogname: text('', { meaning: 'Grogname of every post; empty: the display name of From' }),
  archivedAt: text('', {
    meaning: 'Template of the Archived-At URL, with `{item}`, `{sequence}` and `{newsgroup}`',
    pattern: /^(https?:\/\/\S+)?$/,
    allowed: 'a URL that starts with http:// or https://, or nothing',
  }),
  depth: count(64, 1, 1000, { meaning: 'Pipelined requests on one connection to the board' }),
  connections: count(2, 1, 16, { meaning: 'Connections to the board for reading' }),
  userConnections: count(2, 1, 16, { meaning: 'Connections to the board for each logged-in person' }),
  maxUsers: count(64, 1, 4096, { meaning: 'People whose connections to the board are kept open at once' }),
  userIdle: duration('2m', '1s', '1h', {
    meaning:
      "How long a person's connection to the board is kept open, and how long a login is valid before the board is asked again",
  }),
  timeouts: section({
    connect: duration('10s', '100ms', '5m', { meaning: 'Longest wait for a connection to the board' }),
    banner: duration('10s', '100ms', '5m', { meaning: "Longest wait for the board's greeting" }),
    answer: duration('60s', '1s', '1h', { meaning: 'Longest wait for an answer, or for more of it' }),
  }),
  poll: section({
    reader: duration('15s', '1s', '1h', { meaning: 'How often the board is polled while someone reads' }),
    idle: duration('5m', '1s', '1d', { meaning: 'How often it is polled otherwise' }),
    reconcile: duration('1h', '10s', '7d', { meaning: 'How often the whole index is compared' }),
  }),
  cache: section({
    disk: size('16GiB', '1MiB', '64TiB', {
      meaning: 'Size of item text in the cache file; the least recently read goes first',
    }),
  }),
});

export const boards = z
  .array(board)
  .min(1)
  .max(64)
  .prefault([{}])
  .register(keyNotes, { meaning: 'The boards', allowed: 'a list of 1 to 64 boards', kind: 'text' });
