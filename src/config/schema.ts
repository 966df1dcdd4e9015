/**
 * Every configuration key: default, allowed values, meaning. `load.ts` fills it from a file and the environment,
 * `table.ts` renders it for docs/configuration.md.
 */
import type { z } from 'zod';
import { addressOrOff, listeners } from './addresses.ts';
import { type board, boards } from './board.ts';
import {
  choice,
  count,
  duration,
  flag,
  lines,
  maybeSize,
  maybeText,
  path,
  section,
  size,
  text,
  words,
} from './keys.ts';
import { peers } from './peer.ts';

const tls = section({
  certificate: path('', {
    meaning: 'PEM file with the certificate chain, for `nntps` and STARTTLS; re-read when it changes',
    of: 'file',
  }),
  key: path('', { meaning: 'PEM file with the private key', of: 'file' }),
});

const limits = section({
  connections: count(10_000, 1, 1_000_000, { meaning: 'NNTP connections in total' }),
  connectionsPerAddress: count(100, 1, 1_000_000, {
    meaning: 'NNTP connections from one address (IPv6: one /64)',
  }),
  idle: duration('10m', '3m', '1d', { meaning: 'How long a silent NNTP connection stays open' }),
  command: duration('2m', '1s', '1h', {
    meaning: 'How long a command may make no progress: an article that stops arriving, an answer that is not read',
  }),
  handshake: duration('30s', '1s', '10m', { meaning: 'Longest TLS handshake' }),
  article: size('1MiB', '1KiB', '64MiB', { meaning: 'Largest article accepted' }),
  articles: size('64MiB', '1MiB', '64GiB', { meaning: 'Memory for all articles being posted at the same time' }),
  queued: size('64KiB', '1KiB', '16MiB', { meaning: 'Commands read ahead of the one in progress, on one connection' }),
  unsent: size('256KiB', '16KiB', '64MiB', {
    meaning: 'Unsent answers on one connection at which further commands wait',
  }),
  compressed: count(500, 0, 1_000_000, { meaning: 'Compressed connections in total; each takes about 300 KiB' }),
  failedLogins: count(10, 1, 1000, { meaning: 'Failed logins from one address after which further ones are refused' }),
  loginPause: duration('5m', '1s', '1d', { meaning: 'How long they are refused' }),
});

const cache = section({
  memory: maybeSize('1MiB', '64GiB', {
    meaning: 'Memory for recently read texts, articles and overview lines, for all boards together',
    usually: 'a 32nd of the memory of the machine or its control group, from `16MiB` to `20MiB`',
  }),
});

const smtp = section({
  server: addressOrOff('off', ['smtp', 'smtps'], {
    meaning: 'Mail server that sends new users their secrets; `off`: letters go to `outbox`',
  }),
  user: text('', { meaning: 'User at the mail server; empty: no login' }),
  password: text('', { meaning: 'Password at the mail server; better kept in `passwordFile`', secret: true }),
  passwordFile: path('', { meaning: 'File that contains the password', of: 'file' }),
  from: text('', {
    meaning: 'Sender of these letters; empty: `rgtp@` and `name`',
    pattern: /^([^\s@<>]+@[^\s@<>]+)?$/,
    allowed: 'a mail address',
  }),
  outbox: path('', {
    meaning: 'Folder for letters when there is no mail server; empty: `outbox` in `data`',
    of: 'folder',
  }),
});

const embedded = section({
  listen: addressOrOff('rgtp://127.0.0.1:1431', ['rgtp', 'rgtps'], {
    meaning:
      'Where the embedded board accepts RGTP clients, with `rgtps` over TLS with `tls.certificate`; `off`: only the bridge reaches it',
  }),
  title: text('', { meaning: 'Name of the board in its greeting; empty: the newsgroup' }),
  guests: choice(['read', 'post', 'none'], 'read', {
    meaning: 'What the user `guest` may do on a new board; `none` also keeps out newsreaders without login',
  }),
  registration: choice(['off', 'open', 'approval'], 'off', {
    meaning: 'Whether anyone may register, and whether an editor must approve',
  }),
  mail: smtp,
  archiveAfter: duration('0s', '0s', '36500d', {
    meaning: 'Age of the last reply at which items are archived; 0: never',
  }),
  connections: count(1000, 1, 100_000, { meaning: 'RGTP connections in total' }),
  connectionsPerAddress: count(100, 1, 100_000, { meaning: 'RGTP connections from one address' }),
  idle: duration('1h', '1s', '7d', { meaning: 'How long a silent RGTP connection stays open (481)' }),
});

const ident = section({
  responder: addressOrOff('off', ['ident'], {
    meaning: 'Where to answer ident queries: which NNTP user is behind a connection to a board',
  }),
  lookUp: flag(false, {
    meaning: 'Whether to ask RGTP and NNTP clients for their ident name, for the log',
  }),
  timeout: duration('5s', '100ms', '30s', { meaning: 'Longest wait for an ident answer' }),
});

/** Every key. */
export const schema = section({
  name: maybeText({
    meaning: 'Name of this server in Path, Xref and the greeting',
    usually: "the machine's host name",
    pattern: /^[A-Za-z0-9._-]{1,200}$/,
    allowed: 'a host name',
  }),
  listen: listeners(['nntp', 'nntps'], ['proxyProtocol', 'cleartextAuth'], {
    meaning:
      'Where to accept newsreaders. `?proxyProtocol` and `?cleartextAuth` (or `=false`) apply to one listener, in place of the keys of the same names',
    usually: '`nntp://[::]:119`, or port 1119 if 119 needs privileges',
  }),
  tls,
  data: path('./data', {
    meaning: 'Folder of the databases and keys; like all paths in the configuration file, relative to that file',
    of: 'folder',
  }),
  permanent: text('', {
    meaning:
      'Where to keep the permanent data of remote boards: `postgres://USER@HOST/DATABASE`, with `?sslmode=verify-full` unless it is on this machine; empty: in files in `data`',
    pattern: /^$|^postgres(?:ql)?:\/\/[^\s]+$/,
    allowed: 'a postgres:// URL, or nothing',
    secret: true,
  }),
  permanentPasswordFile: path('', {
    meaning: 'File that contains the password of that user; empty: as with libpq (`PGPASSWORD`, `PGPASSFILE`)',
    of: 'file',
  }),
  boards,
  peers,
  embedded,
  http: section({
    listen: addressOrOff('http://127.0.0.1:9119', ['http'], {
      meaning: 'Where to serve `/healthz`, `/readyz`, `/metrics` and the status page; `off`: nowhere',
    }),
    hosts: words({
      meaning:
        'Host names by which this server may be called, besides `name`, addresses, and names without a dot: for a proxy in front of it',
      pattern: /^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$/,
      allowed: 'a list of host names',
    }),
  }),
  log: section({
    level: choice(['debug', 'info', 'warn', 'error', 'silent'], 'info', { meaning: 'What to log' }),
    format: choice(['auto', 'pretty', 'json'], 'auto', { meaning: '`auto`: pretty on a terminal, JSON elsewhere' }),
  }),
  cleartextAuth: flag(false, {
    meaning: 'Whether to allow AUTHINFO without TLS from other machines',
  }),
  compression: flag(true, { meaning: 'Whether to offer COMPRESS DEFLATE' }),
  proxyProtocol: flag(false, {
    meaning:
      'Whether every NNTP connection begins with a PROXY protocol v2 header; only behind a balancer that sends one',
  }),
  balancers: words({
    meaning:
      'Balancers whose PROXY headers are trusted; connections from others to such a listener are closed. Empty: all',
    pattern: /^[0-9A-Fa-f:.]+(\/\d{1,3})?$/,
    allowed: 'a list of addresses and networks, such as 10.0.0.0/8',
  }),
  lists: section({
    distributions: lines({
      meaning: 'LIST DISTRIBUTIONS: a distribution, a blank, and its meaning (RFC 6048 §2.3)',
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
  keys: path('', {
    meaning: 'Folder of the keys that encrypt the secrets in `data`; created if missing. Empty: `data`',
    of: 'folder',
  }),
});

/**
 * The configuration as written, with defaults. `config.ts` turns it into the `Config` that the rest of the program
 * uses.
 */
export type Written = z.output<typeof schema>;
export type WrittenBoard = z.output<typeof board>;
