/**
 * The configuration: every key with its default, what it may be and what it means. `load.ts` fills it from a file
 * and the environment, `table.ts` renders it for the README.
 */
import type { z } from 'zod';
import { addresses, addressOrOff } from './addresses.ts';
import { type board, boards } from './board.ts';
import { choice, count, duration, flag, lines, maybeText, section, size, text } from './keys.ts';

const fileName = 'the name of a file';

const tls = section({
  certificate: text('', {
    meaning:
      'PEM file with the certificate and those above it; needed for `nntps` and STARTTLS; re-read when it changes',
    allowed: fileName,
  }),
  key: text('', { meaning: 'PEM file with its private key', allowed: fileName }),
});

const limits = section({
  connections: count(10_000, 1, 1_000_000, { meaning: 'NNTP connections in all' }),
  connectionsPerAddress: count(100, 1, 1_000_000, {
    meaning: 'NNTP connections from one address (IPv6: from one /64)',
  }),
  idle: duration('10m', '3m', '1d', { meaning: 'When a silent NNTP connection is closed' }),
  command: duration('2m', '1s', '1h', {
    meaning:
      'When one is closed whose command gets no further: an article that stops coming, answers that nobody reads',
  }),
  handshake: duration('30s', '1s', '10m', { meaning: 'Longest TLS handshake' }),
  article: size('1MiB', '1KiB', '64MiB', { meaning: 'Largest article taken from a poster' }),
  queued: size('64KiB', '1KiB', '16MiB', { meaning: 'Commands read ahead of the one that runs, on one connection' }),
  unsent: size('256KiB', '16KiB', '64MiB', {
    meaning: 'Unsent answers on one connection after which its commands wait',
  }),
  compressed: count(500, 0, 1_000_000, { meaning: 'Compressed connections in all; each costs some 300 KiB' }),
  failedLogins: count(10, 1, 1000, { meaning: 'Failed logins from one address before it has to pause' }),
  loginPause: duration('5m', '1s', '1d', { meaning: 'How long it has to pause' }),
});

const cache = section({
  articles: size('32MiB', '1MiB', '64GiB', { meaning: 'Memory for rendered articles, all boards together' }),
  overviews: size('32MiB', '1MiB', '64GiB', { meaning: 'Memory for overview lines, all boards together' }),
});

const smtp = section({
  server: addressOrOff('off', ['smtp', 'smtps'], {
    meaning: 'Mail server for new users’ secrets; `off`: letters are put into `outbox`',
  }),
  user: text('', { meaning: 'Login at the mail server; empty: none' }),
  password: text('', { meaning: 'Its password; `passwordFile` is the better place', secret: true }),
  passwordFile: text('', { meaning: 'A file that holds the password', allowed: fileName }),
  from: text('', {
    meaning: 'Sender of those letters; empty: `rgtp@` and the host name',
    pattern: /^([^\s@<>]+@[^\s@<>]+)?$/,
    allowed: 'a mail address',
  }),
  outbox: text('', { meaning: 'Folder for letters where no mail server is set; empty: `outbox` in `data`' }),
});

const embedded = section({
  listen: addressOrOff('rgtp://127.0.0.1:1431', ['rgtp'], {
    meaning: 'Where the embedded board takes RGTP clients; `off`: only the bridge uses it',
  }),
  title: text('', { meaning: 'Name of the board in its greeting; empty: the newsgroup' }),
  guests: choice(['read', 'post', 'none'], 'read', {
    meaning: 'What the user `guest` may do when the board is made; `none` keeps newsreaders without login out as well',
  }),
  registration: choice(['off', 'open', 'approval'], 'off', {
    meaning: 'Whether new users may register, and whether an editor must approve them',
  }),
  mail: smtp,
  archiveAfter: duration('0s', '0s', '36500d', { meaning: 'Items without a reply for so long are archived; 0: never' }),
  connections: count(1000, 1, 100_000, { meaning: 'RGTP connections in all' }),
  connectionsPerAddress: count(100, 1, 100_000, { meaning: 'RGTP connections from one address' }),
  idle: duration('1h', '1s', '7d', { meaning: 'When a silent RGTP connection is closed (481)' }),
});

const ident = section({
  responder: addressOrOff('off', ['ident'], {
    meaning: 'Where to answer ident queries about connections to boards with the name of the NNTP user who caused them',
  }),
  lookUp: flag(false, {
    meaning: 'Whether callers of the embedded board and of NNTP are looked up by ident, for the log',
  }),
  timeout: duration('5s', '100ms', '30s', { meaning: 'Longest wait for an ident answer' }),
});

/** Every key there is. */
export const schema = section({
  name: maybeText({
    meaning: 'Name of this server, for Path, Xref and the greeting',
    usually: "the machine's host name",
    pattern: /^[A-Za-z0-9._-]{1,200}$/,
    allowed: 'a host name',
  }),
  listen: addresses(['nntp', 'nntps'], {
    meaning: 'Where newsreaders are awaited',
    usually: '`nntp://[::]:119`, or port 1119 where 119 needs privileges',
  }),
  tls,
  data: text('./data', { meaning: 'Folder of all databases and keys', allowed: 'the name of a folder' }),
  boards,
  embedded,
  http: section({
    listen: addressOrOff('http://127.0.0.1:9119', ['http'], {
      meaning: 'Where `/healthz`, `/readyz`, `/metrics` and the status page are; `off`: nowhere',
    }),
  }),
  log: section({
    level: choice(['debug', 'info', 'warn', 'error', 'silent'], 'info', { meaning: 'How much is logged' }),
    format: choice(['auto', 'pretty', 'json'], 'auto', { meaning: '`auto`: pretty on a terminal, else JSON' }),
  }),
  cleartextAuth: flag(false, {
    meaning: 'Whether AUTHINFO is allowed without TLS from elsewhere than this machine',
  }),
  compression: flag(true, { meaning: 'Whether COMPRESS DEFLATE is offered' }),
  proxyProtocol: flag(false, {
    meaning:
      'Whether every NNTP connection begins with a PROXY protocol v2 header (only behind a balancer that sends it)',
  }),
  lists: section({
    distributions: lines({
      meaning: 'LIST DISTRIBUTIONS: a distribution, a blank, and what it means (RFC 6048 §2.3)',
      allowed: 'a list of lines',
    }),
    moderators: lines({
      meaning: 'LIST MODERATORS: a wildmat, a colon, and a submission address (RFC 6048 §2.4)',
      allowed: 'a list of lines',
    }),
    subscriptions: text('*', {
      meaning: 'LIST SUBSCRIPTIONS: newsgroups for new readers, as a wildmat (RFC 6048 §2.6)',
      pattern: /^[^\s[\]\\]+$/,
      allowed: 'a wildmat, such as groggs.*,!*.edits',
    }),
  }),
  limits,
  cache,
  ident,
  keys: text('', {
    meaning: 'Folder of the keys that encrypt secrets in `data`; made if missing. Empty: `data`',
    allowed: 'the name of a folder',
  }),
});

/** The configuration as it was written, defaults included. `config.ts` makes the rest of the program's `Config` of it. */
export type Written = z.output<typeof schema>;
export type WrittenBoard = z.output<typeof board>;
