/** Keys that need or exclude each other, which the schema alone can't express. */
import { isIP } from 'node:net';
import type { Config } from './config.ts';

interface Contradiction {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** All contradictions between keys that are valid one by one. */
export function checkTogether(config: Config): Contradiction[] {
  return [
    ...checkTls(config),
    ...checkListeners(config),
    ...checkBalancers(config),
    ...checkBoards(config),
    ...checkMail(config),
    ...checkPeers(config),
    ...checkPermanent(config),
  ];
}

function* checkTls({ tls, listen, embedded }: Config): Generator<Contradiction> {
  if (tls.certificate !== '' && tls.key === '') {
    yield { path: ['tls', 'key'], message: 'tls.key is missing: tls.certificate needs it' };
  }
  if (tls.key !== '' && tls.certificate === '') {
    yield { path: ['tls', 'certificate'], message: 'tls.certificate is missing: tls.key needs it' };
  }
  if (tls.certificate === '' && listen?.some(({ scheme }) => scheme === 'nntps')) {
    yield { path: ['listen'], message: 'listen: nntps needs tls.certificate and tls.key' };
  }
  if (tls.certificate === '' && embedded.listen?.scheme === 'rgtps') {
    yield { path: ['embedded', 'listen'], message: 'embedded.listen: rgtps needs tls.certificate and tls.key' };
  }
}

/** Two listeners on one port would look like another program's on it. */
function* checkListeners({ listen = [], embedded, http, ident, boards }: Config): Generator<Contradiction> {
  const isEmbedded = boards.some(({ rgtp }) => rgtp === 'embedded');
  const all = [
    ...listen.map((address) => ({ path: ['listen'], address })),
    { path: ['embedded', 'listen'], address: isEmbedded ? embedded.listen : undefined },
    { path: ['http', 'listen'], address: http.listen },
    { path: ['ident', 'responder'], address: ident.responder },
  ];
  const seen = new Set<string>();
  for (const { path, address } of all) {
    // 0 means any free port.
    if (address === undefined || address.port === 0) continue;
    const place = `${address.host.toLowerCase()} ${address.port}`;
    if (!seen.has(place)) seen.add(place);
    else
      yield { path, message: `${path.join('.')}: another listener has port ${address.port} of ${address.host}, too` };
  }
}

function* checkBalancers({ balancers }: Config): Generator<Contradiction> {
  for (const [n, network] of balancers.entries()) {
    const [address = '', prefix = '0'] = network.split('/');
    const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
    if (Number(prefix) <= bits) continue;
    yield { path: ['balancers', n], message: `balancers: "${network}" is neither an address nor a network` };
  }
}

function* checkBoards(config: Config): Generator<Contradiction> {
  const seen = new Map<string, number>();
  let embedded: number | undefined;
  for (const [n, board] of config.boards.entries()) {
    const { name, newsgroup, domain } = board;
    for (const [key, value] of Object.entries({ name, newsgroup, domain })) {
      const other = seen.get(`${key} ${value}`);
      if (other === undefined) seen.set(`${key} ${value}`, n);
      else {
        const message = `boards[${n}].${key}: "${value}" is also the ${key} of boards[${other}]; each board needs its own`;
        yield { path: ['boards', n, key], message };
      }
    }
    yield* checkNewsgroup(config.boards, n);
    if (board.rgtp === 'embedded') {
      if (embedded !== undefined) {
        const message = `boards[${n}].rgtp: boards[${embedded}] is already the embedded board; there can be only one`;
        yield { path: ['boards', n, 'rgtp'], message };
      }
      embedded ??= n;
    }
    yield* checkSecret(board, n);
  }
}

/** RFC 5536 §3.1.4 */
const RESERVED = /^(?:control|to)(?:\.|$)|^poster$|(?:^|\.)(?:all|ctl)(?:\.|$)/;
const COMPANIONS = ['motd', 'edits'];

function* checkNewsgroup(boards: Config['boards'], n: number): Generator<Contradiction> {
  const { newsgroup = '' } = boards[n] ?? {};
  const wrong = (message: string) => ({
    path: ['boards', n, 'newsgroup'],
    message: `boards[${n}].newsgroup: "${newsgroup}" ${message}`,
  });
  const names = [newsgroup, ...COMPANIONS.map((name) => `${newsgroup}.${name}`)];
  if (names.some((name) => RESERVED.test(name))) yield wrong('is reserved (RFC 5536 §3.1.4); choose another one');
  for (const [other, board] of boards.entries()) {
    if (!names.slice(1).includes(board.newsgroup)) continue;
    yield wrong(`has a companion called as boards[${other}].newsgroup is, "${board.newsgroup}"; rename one of them`);
  }
}

function* checkSecret({ user, secret, secretFile }: Config['boards'][number], n: number): Generator<Contradiction> {
  const path = ['boards', n, 'secretFile'];
  if (secret !== '' && secretFile !== '') {
    yield { path, message: `boards[${n}].secretFile: boards[${n}].secret is set too; choose one` };
  }
  if (user === '' && (secret !== '' || secretFile !== '')) {
    yield { path, message: `boards[${n}].user is missing: a secret needs the userid it belongs to` };
  }
}

function* checkMail({ embedded: { mail } }: Config): Generator<Contradiction> {
  if (mail.password !== '' && mail.passwordFile !== '') {
    const message = 'embedded.mail.passwordFile: embedded.mail.password is set too; choose one';
    yield { path: ['embedded', 'mail', 'passwordFile'], message };
  }
}

function* checkPeers({ peers }: Config): Generator<Contradiction> {
  const seen = new Map<string, number>();
  for (const [n, { name, user, password, passwordFile }] of peers.entries()) {
    const path = ['peers', n, 'passwordFile'];
    const other = seen.get(name);
    if (other === undefined) seen.set(name, n);
    else {
      const message = `peers[${n}].name: "${name}" is also the name of peers[${other}]; each peer needs its own`;
      yield { path: ['peers', n, 'name'], message };
    }
    if (password !== '' && passwordFile !== '') {
      yield { path, message: `peers[${n}].passwordFile: peers[${n}].password is set too; choose one` };
    }
    if (user === '' && (password !== '' || passwordFile !== '')) {
      yield { path, message: `peers[${n}].user is missing: a password needs the user it belongs to` };
    }
    if (user !== '' && password === '' && passwordFile === '') {
      yield { path, message: `peers[${n}].passwordFile is missing: peers[${n}].user needs a password` };
    }
  }
}

const SSL_MODES = ['disable', 'require', 'verify-ca', 'verify-full'];
/** of a postgres:// URL: others are refused, because a misspelt one would silently do nothing */
const PARAMETERS = ['host', 'sslmode', 'sslrootcert', 'sslcert', 'sslkey'];

function* checkPermanent({ permanent, permanentPasswordFile, boards }: Config): Generator<Contradiction> {
  const wrong = (message: string) => ({ path: ['permanent'], message: `permanent: ${message}` });
  if (permanent === '') {
    if (permanentPasswordFile === '') return;
    yield { path: ['permanentPasswordFile'], message: 'permanentPasswordFile: there is no database in permanent' };
    return;
  }
  if (boards.every(({ rgtp }) => rgtp === 'embedded')) {
    yield wrong('an embedded board keeps its permanent data in a file beside it, and there is no other board');
  }
  const url = URL.parse(permanent);
  if (url === null || url.pathname.length < 2 || url.username === '') {
    yield wrong('it must be postgres://USER@HOST/DATABASE');
    return;
  }
  const mode = url.searchParams.get('sslmode');
  const host = url.searchParams.get('host') ?? url.hostname;
  if (mode !== null && !SSL_MODES.includes(mode)) yield wrong(`sslmode is one of ${SSL_MODES.join(', ')}`);
  for (const key of url.searchParams.keys()) {
    if (!PARAMETERS.includes(key))
      yield wrong(`${key} is not one of its parameters, which are ${PARAMETERS.join(', ')}`);
  }
  if (mode === null && !isHere(host)) {
    yield wrong(`${host} is another machine: add ?sslmode=verify-full (or =disable, where nobody can listen in)`);
  }
  if (url.password !== '' && permanentPasswordFile !== '') {
    yield {
      path: ['permanentPasswordFile'],
      message: 'permanentPasswordFile: permanent has a password too; choose one',
    };
  }
}

/** Whether the host is a socket in a folder, or this machine. */
function isHere(host: string): boolean {
  return host.startsWith('/') || host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);
}
