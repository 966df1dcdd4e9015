/** The keys of one board: `boards[0].newsgroup` and so on. */
import { z } from 'zod';
import { addressOrEmbedded } from './addresses.ts';
import { choice, count, duration, flag, keyNotes, maybeText, section, size, text } from './keys.ts';

const newsgroup = /^(?!.{72})[a-z0-9][a-z0-9+_-]*(\.[a-z0-9][a-z0-9+_-]*)*$/;
const host = /^(?=.{1,200}$)[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/;

export const board = z.strictObject({
  name: maybeText({
    meaning: 'Short name: files in `data`, logs, `board:userid` logins',
    usually: 'last part of `newsgroup`',
    pattern: /^[a-z0-9][a-z0-9_-]{0,31}$/,
    allowed: 'up to 32 of a–z, 0–9, - and _',
  }),
  newsgroup: maybeText({
    meaning: 'The newsgroup; `.motd` and `.edits` are added to it for its companions',
    usually: '`groggs.` and the name; `groggs.gossip`',
    pattern: newsgroup,
    allowed: 'a newsgroup name: parts of a–z, 0–9, +, - and _ joined by dots',
  }),
  description: maybeText({ meaning: 'Shown in lists of newsgroups', usually: '`The NAME board`' }),
  rgtp: addressOrEmbedded('embedded', ['rgtp'], {
    meaning: 'Where the board is: `rgtp://host:port`, or `embedded` for the one inside this program (one board only)',
  }),
  domain: maybeText({
    meaning: 'Right side of Message-IDs and of addresses without one. Set it once, before the first reader comes',
    usually: "the board's host if that has a dot, else the newsgroup and `.invalid`",
    pattern: host,
    allowed: 'a host name with a dot',
  }),
  user: text('', {
    meaning: 'The userid to read the board with; empty: as guest',
    pattern: /^[!-~\xA0-\xFF]{0,75}$/,
    allowed: 'a userid: up to 75 characters without blanks',
  }),
  secret: text('', {
    meaning: "That user's shared secret in hex; `secretFile` is the better place",
    pattern: /^(\s*[0-9A-Fa-f]{2})*\s*$/,
    allowed: 'hex digits, two an octet, blanks allowed',
    secret: true,
  }),
  secretFile: text('', { meaning: 'A file that holds the shared secret', allowed: 'the name of a file' }),
  charset: choice(['auto', 'latin1', 'utf-8', 'windows-1252'], 'auto', {
    meaning: "The board's character set; `auto`: UTF-8 where the whole text is valid UTF-8, else Latin-1",
  }),
  posting: flag(true, { meaning: 'Whether posting through the bridge is possible at all' }),
  guests: choice(['read', 'none'], 'read', {
    meaning: 'What a newsreader without login may do: `read` (with the access of `user`), or `none`',
  }),
  threading: choice(['flat', 'chain'], 'flat', {
    meaning: 'Replies follow the first post of their item (`flat`) or the post before them (`chain`)',
  }),
  addresses: choice(['plain', 'mask'], 'plain', {
    meaning: 'Addresses in From: as they are, or with `.invalid` added (`mask`)',
  }),
  grogname: text('', { meaning: 'A grogname for every post; empty: the display name of From' }),
  archivedAt: text('', {
    meaning: 'Template of the Archived-At URL; `{item}`, `{sequence}` and `{newsgroup}` are filled in',
    pattern: /^(https?:\/\/\S+)?$/,
    allowed: 'a URL that starts with http:// or https://, or nothing',
  }),
  depth: count(64, 1, 1000, { meaning: 'Requests in flight to the board on one connection' }),
  connections: count(2, 1, 16, { meaning: 'Connections to the board for reading' }),
  userConnections: count(2, 1, 16, { meaning: 'Connections to the board for each person who is logged in' }),
  maxUsers: count(64, 1, 4096, { meaning: 'People whose connections to the board are kept open at the same time' }),
  userIdle: duration('2m', '1s', '1h', { meaning: "When a person's unused connection to the board is closed" }),
  timeouts: section({
    connect: duration('10s', '100ms', '5m', { meaning: 'Longest wait for a connection to the board' }),
    banner: duration('10s', '100ms', '5m', { meaning: "Longest wait for the board's greeting" }),
    answer: duration('60s', '1s', '1h', { meaning: 'Longest wait for an answer, or the next piece of one' }),
  }),
  poll: section({
    reader: duration('15s', '1s', '1h', { meaning: 'How often the board is asked for news while someone reads' }),
    idle: duration('5m', '1s', '1d', { meaning: 'How often it is asked while no one does' }),
    reconcile: duration('1h', '10s', '7d', { meaning: 'How often the whole index is compared' }),
  }),
  cache: section({
    disk: size('16GiB', '1MiB', '64TiB', {
      meaning: 'Most item text kept in the cache file; the least read goes first',
    }),
    memory: size('16MiB', '1MiB', '64GiB', { meaning: 'Memory for item texts' }),
  }),
});

export const boards = z
  .array(board)
  .min(1)
  .max(64)
  .prefault([{}])
  .register(keyNotes, { meaning: 'The boards', allowed: 'a list of 1 to 64 boards', kind: 'text' });
