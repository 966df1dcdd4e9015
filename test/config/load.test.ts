import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { memoryFor } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import { ConfigError } from '../../src/config/problem.ts';

const folder = mkdtempSync(join(tmpdir(), 'rgtp-nntp-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

function load(yaml: string | undefined, environment: NodeJS.ProcessEnv = {}) {
  if (yaml === undefined) return loadConfig({ environment });
  const file = join(folder, 'c.yaml');
  writeFileSync(file, yaml);
  return loadConfig({ file, environment });
}

function mistakes(yaml: string | undefined, environment?: NodeJS.ProcessEnv): string[] {
  try {
    load(yaml, environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.replaceAll(`${folder}/`, '').split('\n');
    throw error;
  }
  return [];
}

/** A peer with one more key, in the second line. */
function peerWith(line: string): string {
  return `peers:\n- ${line}\n  address: nntp://a`;
}

describe('defaults', () => {
  it('are complete without any file', () => {
    const config = load(undefined);
    expect(config.boards).toHaveLength(1);
    expect(config.boards[0]).toMatchObject({ rgtp: 'embedded', charset: 'auto', posting: true, threading: 'flat' });
    expect(config.boards[0]?.poll).toEqual({ reader: 15_000, idle: 300_000, reconcile: 3_600_000 });
    expect(config.listen).toBeUndefined();
    expect(config.http.listen).toEqual({ scheme: 'http', host: '127.0.0.1', port: 9119 });
    expect(config.embedded.listen).toEqual({ scheme: 'rgtp', host: '127.0.0.1', port: 1431 });
    expect(config.limits.article).toBe(1_048_576);
  });

  it('are the same for an empty file and for sections with nothing in them', () => {
    expect(load('data: /d')).toEqual({ ...load(undefined), data: '/d', keys: '/d' });
    expect(load('tls:\nboards:\nlimits:\n  idle:\n')).toEqual(load(''));
  });

  it('follow from other keys: name, newsgroup, domain', () => {
    const [first, second] = load(`
boards:
  - newsgroup: cam.misc
    rgtp: rgtp://Board.Example.org
  - name: talk
    rgtp: rgtp://[::1]:1500
`).boards;
    expect(first).toMatchObject({ name: 'misc', newsgroup: 'cam.misc', domain: 'board.example.org' });
    expect(second).toMatchObject({ name: 'talk', newsgroup: 'groggs.talk', domain: 'groggs.talk.invalid' });
    expect(second?.description).toBe('The talk board');
    expect(second?.rgtp).toEqual({ scheme: 'rgtp', host: '::1', port: 1500 });
  });

  it('of a peer follow from its address; its files are beside the configuration', () => {
    const peers = `peers:
- address: nntp://News.Example.org
- address: nntps://[::1]:1563
  name: second
  path: news.second.example
  user: board
  passwordFile: password
  ca: ca.pem
`;
    const [first, second] = load(peers).peers;
    expect(first).toEqual({
      ...{ address: { scheme: 'nntp', host: 'News.Example.org', port: 119 }, name: 'News.Example.org' },
      ...{ path: 'News.Example.org', ca: '', user: '', password: '', passwordFile: '', newsgroups: '*' },
      ...{ notices: false, motd: true, cancels: true, supersedes: false, from: 'now', connections: 1 },
    });
    expect(second).toMatchObject({
      ...{ address: { scheme: 'nntps', host: '::1', port: 1563 }, name: 'second', path: 'news.second.example' },
      ...{ ca: join(folder, 'ca.pem'), passwordFile: join(folder, 'password') },
    });
    expect(load(undefined).peers).toEqual([]);
  });
});

describe('values', () => {
  it('reads times and sizes with their units', () => {
    const config = load('limits: { idle: 1h, article: 2MiB, unsent: 65536 }\nboards: [{ poll: { reader: 30 } }]');
    expect(config.limits).toMatchObject({ idle: 3_600_000, article: 2_097_152, unsent: 65_536 });
    expect(config.boards[0]?.poll.reader).toBe(30_000);
  });

  it('takes one listener without a list, IPv6, and ports by scheme', () => {
    expect(load('listen: nntp://[::1]').listen).toEqual([{ scheme: 'nntp', host: '::1', port: 119 }]);
    expect(load("listen: ['nntp://0.0.0.0:1119']").listen).toEqual([{ scheme: 'nntp', host: '0.0.0.0', port: 1119 }]);
  });

  it('lets each listener say what differs from the general settings', () => {
    const [plain, proxied] =
      load(`
listen: [nntp://127.0.0.1, 'nntps://[::]:1563?proxyProtocol&cleartextAuth=false']
tls: { certificate: c, key: k }
balancers: [10.0.0.0/8, '2001:db8::1']
`).listen ?? [];
    expect(plain).toEqual({ scheme: 'nntp', host: '127.0.0.1', port: 119 });
    expect(proxied).toEqual({ scheme: 'nntps', host: '::', port: 1563, proxyProtocol: true, cleartextAuth: false });
    const environment = {
      RGTP_NNTP_LISTEN: 'nntp://[::1]:1119?cleartextAuth nntp://10.0.0.1:1119?proxyProtocol=true',
      RGTP_NNTP_BALANCERS: '10.0.0.0/8, 192.0.2.1',
    };
    expect(load(undefined, environment)).toMatchObject({
      listen: [{ cleartextAuth: true }, { proxyProtocol: true }],
      balancers: ['10.0.0.0/8', '192.0.2.1'],
    });
  });

  it('turns listeners off', () => {
    const config = load('http: { listen: off }\nembedded: { listen: off }');
    expect(config.http.listen).toBeUndefined();
    expect(config.embedded.listen).toBeUndefined();
  });
});

describe('the environment', () => {
  it('ignores what Kubernetes sets for a service called rgtp-nntp', () => {
    const service = {
      RGTP_NNTP_SERVICE_HOST: '10.0.0.1',
      RGTP_NNTP_SERVICE_PORT: '119',
      RGTP_NNTP_SERVICE_PORT_NNTPS: '563',
      RGTP_NNTP_PORT: 'tcp://10.0.0.1:119',
      RGTP_NNTP_PORT_119_TCP: 'tcp://10.0.0.1:119',
      RGTP_NNTP_PORT_119_TCP_ADDR: '10.0.0.1',
    };
    expect(load(undefined, service)).toEqual(load(undefined));
    expect(mistakes(undefined, { RGTP_NNTP_PORTS: '119' })).toHaveLength(1);
  });

  it('overrides the file, key by key', () => {
    const config = load('name: file.example\nlimits: { connections: 5 }', {
      RGTP_NNTP_NAME: 'env.example',
      RGTP_NNTP_LISTEN: 'nntp://127.0.0.1:1119, nntp://[::1]:1119',
      RGTP_NNTP_LIMITS_CONNECTIONS_PER_ADDRESS: '7',
      RGTP_NNTP_CLEARTEXT_AUTH: 'yes',
      RGTP_NNTP_BOARDS_0_RGTP: 'rgtp://a.example',
      RGTP_NNTP_BOARDS_0_POLL_READER: '20s',
      RGTP_NNTP_BOARDS_1_NEWSGROUP: 'x.y',
      RGTP_NNTP_LISTS_MODERATORS: 'groggs.*:%s@a.example\nx.y:z@a.example\n',
      RGTP_NNTP_DATA: '',
      OTHER: 'x',
    });
    expect(config.name).toBe('env.example');
    expect(config.listen).toHaveLength(2);
    expect(config.limits).toMatchObject({ connections: 5, connectionsPerAddress: 7 });
    expect(config.cleartextAuth).toBe(true);
    expect(config.boards[0]).toMatchObject({ rgtp: { host: 'a.example', port: 1431 }, poll: { reader: 20_000 } });
    expect(config.boards[1]?.newsgroup).toBe('x.y');
    expect(config.lists.moderators).toEqual(['groggs.*:%s@a.example', 'x.y:z@a.example']);
    expect(config.data).toBe(join(folder, 'data'));
  });

  it('has no boards after a gap', () => {
    expect(mistakes(undefined, { RGTP_NNTP_BOARDS_3_NAME: 'x' })).toEqual([
      'environment: RGTP_NNTP_BOARDS_3_NAME: there is no board number 0; number them from 0 without a gap',
    ]);
    const two = 'boards:\n- rgtp: rgtp://a.example\n- rgtp: rgtp://b.example\n  name: b';
    expect(mistakes(two, { RGTP_NNTP_BOARDS_3_SECRET_FILE: 'x' })[0]).toContain('no board number 2');
    expect(mistakes(two, { RGTP_NNTP_BOARDS_2_NAME: 'c', RGTP_NNTP_BOARDS_2_RGTP: 'rgtp://c.example' })).toEqual([]);
  });

  it('has peers too, numbered as boards are', () => {
    const { peers } = load('peers: [{ address: nntp://a.example }]', {
      RGTP_NNTP_PEERS_0_FROM: 'the beginning',
      RGTP_NNTP_PEERS_1_ADDRESS: 'nntps://b.example',
      RGTP_NNTP_PEERS_1_NOTICES: 'yes',
    });
    expect(peers).toMatchObject([
      { name: 'a.example', from: 'the beginning' },
      { name: 'b.example', notices: true, address: { port: 563 } },
    ]);
    expect(mistakes(undefined, { RGTP_NNTP_PEERS_1_ADDRESS: 'nntp://a' })).toEqual([
      'environment: RGTP_NNTP_PEERS_1_ADDRESS: there is no peer number 0; number them from 0 without a gap',
    ]);
  });

  it('names the variable in messages, and suggests the one that was meant', () => {
    expect(mistakes(undefined, { RGTP_NNTP_LOG_LEVEL: 'loud', RGTP_NNTP_BORDS_0_RGTP: 'x' })).toEqual([
      'environment: RGTP_NNTP_BORDS_0_RGTP is not a setting; did you mean RGTP_NNTP_BOARDS_0_RGTP?',
      'environment: RGTP_NNTP_LOG_LEVEL: "loud" is not allowed; it must be one of debug, info, warn, error, silent',
    ]);
    expect(mistakes(undefined, { RGTP_NNTP_BOARDS_0_CACHE_MEMORY: '1MiB' })[0]).toMatch(
      /^environment: RGTP_NNTP_BOARDS_0_CACHE_MEMORY is no longer a setting: cache\.memory/,
    );
    expect(mistakes(undefined, { RGTP_NNTP_LIMITS_CONNECTIONS: 'many' })[0]).toMatch(
      /^environment: RGTP_NNTP_LIMITS_CONNECTIONS: "many" is not allowed; it must be a whole number from 1 to/,
    );
  });
});

/** A board elsewhere, as the last lines of a configuration. */
const REMOTE = '\nboards: [{ rgtp: rgtp://board.example }]';

describe('mistakes', () => {
  it('are all reported at once, with file, line, key, value and what is allowed', () => {
    expect(
      mistakes(`name: news.example.org
listne: ['nntp://[::]:119']
log:
  level: loud
boards:
  - name: gossip
    charset: latin9
    posting: maybe
    rgtp: http://x
limits:
  idle: 5
`),
    ).toEqual([
      'c.yaml:2: listne is not a setting; did you mean listen?',
      'c.yaml:4: log.level: "loud" is not allowed; it must be one of debug, info, warn, error, silent',
      'c.yaml:7: boards[0].charset: "latin9" is not allowed; it must be one of auto, latin1, utf-8, windows-1252',
      'c.yaml:8: boards[0].posting: "maybe" is not allowed; it must be true or false',
      'c.yaml:9: boards[0].rgtp: "http://x" is not allowed; it must be rgtp:// or rgtps:// and a host, and the port unless it is 1431, or embedded',
      'c.yaml:11: limits.idle: 5 is not allowed; it must be a time from 3m to 1d, such as 15s, 5m or 1h',
    ]);
  });

  it.each([
    ['boards: 5', 'c.yaml:1: boards: 5 is not allowed; it must be a list of 1 to 64 boards'],
    ['data: caf\uFFFD', 'c.yaml:1: data: "caf\uFFFD" is not allowed; it must be the name of a folder'],
    ['boards: []', 'c.yaml:1: boards: [] is not allowed; it must be a list of 1 to 64 boards'],
    ['log: loud', 'c.yaml:1: log: "loud" is not allowed; it must be a section with the keys level, format'],
    ['- x', 'c.yaml:1: the file: ["x"] is not allowed; it must be a section with the keys name, listen,'],
    ['boards:\n  - nmae: x', 'c.yaml:2: boards[0].nmae is not a setting; did you mean name?'],
    ['log:\n  zzzzzzzzz: 1', 'c.yaml:2: log.zzzzzzzzz is not a setting; known here: level, format'],
    [
      'boards:\n- secret: 123g\n  user: a',
      'c.yaml:2: boards[0].secret: this value is not allowed; it must be pairs of hex digits',
    ],
    ["listen: ['nntp://']", 'c.yaml:1: listen: ["nntp://"] is not allowed; it must be nntp:// or nntps://'],
    ['listen: nntp://a:70000', 'c.yaml:1: listen: "nntp://a:70000" is not allowed'],
    ['listen: nntps://[::]', 'c.yaml:1: listen: nntps needs tls.certificate and tls.key'],
    ['tls:\n  key: a', 'c.yaml:2: tls.certificate is missing'],
    ['tls:\n  certificate: a', 'c.yaml:2: tls.key is missing'],
    ['boards:\n- {}\n- name: b', 'c.yaml:3: boards[1].rgtp: boards[0] is already the embedded board'],
    ['boards:\n- rgtp: rgtp://a\n- rgtp: rgtp://b', 'boards[1].name: "gossip" is also the name of boards[0]'],
    ['boards:\n- secretFile: x', 'c.yaml:2: boards[0].user is missing'],
    [
      'boards:\n- user: a\n  secret: "00"\n  secretFile: b',
      'c.yaml:4: boards[0].secretFile: boards[0].secret is set too',
    ],
    ['peers: 5', 'c.yaml:1: peers: 5 is not allowed; it must be a list of up to 64 peers'],
    ['peers: [{}]', 'c.yaml:1: peers[0].address: nothing is not allowed; it must be nntp:// or nntps:// and a host'],
    ['peers: [{ address: rgtp://a }]', 'c.yaml:1: peers[0].address: "rgtp://a" is not allowed; it must be nntp://'],
    ['peers: [{ address: nntp://a:0 }]', 'c.yaml:1: peers[0].address: "nntp://a:0" is not allowed'],
    ['peers: [{ adress: nntp://a }]', 'c.yaml:1: peers[0].adress is not a setting; did you mean address?'],
    [peerWith('name: a b'), 'c.yaml:2: peers[0].name: "a b" is not allowed; it must be up to 64 characters of'],
    [peerWith('path: a!b'), 'c.yaml:2: peers[0].path: "a!b" is not allowed; it must be a name as in Path'],
    [peerWith('newsgroups: "[a"'), 'c.yaml:2: peers[0].newsgroups: "[a" is not allowed; it must be a wildmat'],
    [peerWith('user: a b'), 'c.yaml:2: peers[0].user: "a b" is not allowed; it must be up to 200 characters of ASCII'],
    [peerWith('password: a b'), 'c.yaml:2: peers[0].password: this value is not allowed; it must be up to 200'],
    [peerWith('ca: 5'), 'c.yaml:2: peers[0].ca: 5 is not allowed; it must be the name of a file'],
    [peerWith('passwordFile: [a]'), 'c.yaml:2: peers[0].passwordFile: ["a"] is not allowed; it must be the name of a'],
    [peerWith('notices: 2'), 'c.yaml:2: peers[0].notices: 2 is not allowed; it must be true or false'],
    [peerWith('motd: 2'), 'c.yaml:2: peers[0].motd: 2 is not allowed; it must be true or false'],
    [peerWith('cancels: 2'), 'c.yaml:2: peers[0].cancels: 2 is not allowed; it must be true or false'],
    [peerWith('supersedes: 2'), 'c.yaml:2: peers[0].supersedes: 2 is not allowed; it must be true or false'],
    [peerWith('from: then'), 'c.yaml:2: peers[0].from: "then" is not allowed; it must be one of now, the beginning'],
    [
      peerWith('connections: 0'),
      'c.yaml:2: peers[0].connections: 0 is not allowed; it must be a whole number from 1 to',
    ],
    [`${peerWith('from: now')}\n- address: nntp://a:1119`, 'peers[1].name: "a" is also the name of peers[0]'],
    [peerWith('user: a'), 'c.yaml:2: peers[0].passwordFile is missing: peers[0].user needs a password'],
    [peerWith('password: a'), 'c.yaml:2: peers[0].user is missing: a password needs the user it belongs to'],
    [peerWith('passwordFile: a'), 'c.yaml:2: peers[0].user is missing: a password needs the user it belongs to'],
    [
      `${peerWith('user: a')}\n  password: b\n  passwordFile: c`,
      'peers[0].passwordFile: peers[0].password is set too; choose one',
    ],
    ['embedded:\n  mail: { password: a, passwordFile: b }', 'c.yaml:2: embedded.mail.passwordFile'],
    ['permanent: mysql://a/b', 'c.yaml:1: permanent: this value is not allowed; it must be a postgres:// URL'],
    [
      'permanent: postgres://a@db/b',
      'c.yaml:1: permanent: an embedded board keeps its permanent data in a file beside it',
    ],
    [`permanent: postgres://db/b${REMOTE}`, 'c.yaml:1: permanent: it must be postgres://USER@HOST/DATABASE'],
    [`permanent: postgres://a@db${REMOTE}`, 'c.yaml:1: permanent: it must be postgres://USER@HOST/DATABASE'],
    [`permanent: postgres://a@db/b${REMOTE}`, 'c.yaml:1: permanent: db is another machine: add ?sslmode=verify-full'],
    [
      `permanent: postgres://a@db/b?sslmode=prefer${REMOTE}`,
      'c.yaml:1: permanent: sslmode is one of disable, require, verify-ca, verify-full',
    ],
    [
      `permanent: postgres://a@localhost/b?sslrootcer=x${REMOTE}`,
      'c.yaml:1: permanent: sslrootcer is not one of its parameters, which are host, sslmode, sslrootcert, sslcert, sslkey',
    ],
    [`permanentPasswordFile: a${REMOTE}`, 'c.yaml:1: permanentPasswordFile: there is no database in permanent'],
    [
      `permanent: postgres://a:b@localhost/c\npermanentPasswordFile: d${REMOTE}`,
      'c.yaml:2: permanentPasswordFile: permanent has a password too; choose one',
    ],
    ['a: [', 'c.yaml:1: a: the line begins too far'],
    ['boards:\n\t- name: a', 'c.yaml:2: name: a tab begins the line: use blanks (this is not valid YAML)'],
    ['listen: nntp://[::]?proxy', 'c.yaml:1: listen: "nntp://[::]?proxy" is not allowed'],
    ['listen: nntp://[::]?proxyProtocol=no', 'c.yaml:1: listen: "nntp://[::]?proxyProtocol=no" is not allowed'],
    ['balancers: [10.0.0.0/33]', 'c.yaml:1: balancers: "10.0.0.0/33" is neither an address nor a network'],
    ['balancers: [1.2.3]', 'c.yaml:1: balancers: "1.2.3" is neither an address nor a network'],
    ['balancers: example.org', 'c.yaml:1: balancers: "example.org" is not allowed'],
    ['embedded: { listen: rgtps://a }', 'c.yaml:1: embedded.listen: rgtps needs tls.certificate and tls.key'],
    ['name: a\nname: b', 'c.yaml:2: name: this key appears twice'],
    ['log: {}\nname: *other', 'c.yaml:2: name: anchors, aliases and tags (&, *, !) are not used here'],
    [
      `a: &a [x]\n${Array.from({ length: 3 }, (_, n) => `b${n}: &b${n} [${`*${n === 0 ? 'a' : `b${n - 1}`}, `.repeat(20)}]`).join('\n')}`,
      'c.yaml:1: a: it is nested too deeply',
    ],
    ['limits: &a [*a]', 'c.yaml:1: limits: anchors, aliases and tags (&, *, !) are not used here'],
    ['log: {}\nname: !!js/function x', 'c.yaml:2: name: anchors, aliases and tags (&, *, !) are not used here'],
    ['listne:', 'c.yaml:1: listne is not a setting; did you mean listen?'],
    ['cache: { articles: 32MiB }', 'c.yaml:1: cache.articles is no longer a setting: cache.memory now bounds'],
    ['boards:\n- cache: { memory: 1MiB }', 'c.yaml:2: boards[0].cache.memory is no longer a setting: cache.memory'],
    ['boards:\n- rgtps:', 'c.yaml:2: boards[0].rgtps is not a setting; did you mean rgtp?'],
    ['constructor: 5', 'c.yaml:1: constructor is not a setting; known here: name,'],
    ['__proto__: { name: a }', 'c.yaml:1: __proto__ is not a setting; known here: name,'],
    ['listen: [nntp://a:5119, nntp://A:5119]', 'c.yaml:1: listen: another listener has port 5119 of A, too'],
    [
      'listen: nntp://a:5119\nhttp: { listen: http://a:5119 }',
      'c.yaml:2: http.listen: another listener has port 5119 of a, too',
    ],
    ['embedded: { listen: rgtp://127.0.0.1:9119 }', 'http.listen: another listener has port 9119 of 127.0.0.1, too'],
    [
      'boards:\n- newsgroup: a.b\n- newsgroup: a.b.motd\n  rgtp: rgtp://c',
      'c.yaml:2: boards[0].newsgroup: "a.b" has a companion called as boards[1].newsgroup is, "a.b.motd"',
    ],
    ...['control', 'control.cancel', 'to.a', 'poster', 'a.all', 'ctl.b'].map((name) => [
      `boards: [{ newsgroup: ${name} }]`,
      `c.yaml:1: boards[0].newsgroup: "${name}" is reserved (RFC 5536 §3.1.4)`,
    ]),
    ['root:*:1::\n', 'c.yaml:1: root:*:1: is not a setting'],
  ])('%j', (yaml, message) => {
    expect(mistakes(yaml).join('\n')).toContain(message);
  });

  it('do not include free ports, or those of boards that are elsewhere', () => {
    const listen = 'listen: [nntp://a:0, nntp://a:0, "nntp://[::]:5119", nntp://127.0.0.1:5119, nntps://a:5119]';
    const tls = 'tls: { certificate: a, key: b }';
    expect(mistakes(`${listen}\n${tls}\nembedded: { listen: rgtp://a:5119 }${REMOTE}`)).toEqual([]);
  });

  it('are reported once each', () => {
    expect(mistakes('listen: [nntp://[::1]:99999]\n')).toHaveLength(1);
  });

  it('are few where a file is no YAML at all', () => {
    expect(mistakes(']\n'.repeat(1000))).toHaveLength(20);
  });

  it('say nothing of aliases where a file is no YAML at all: finding them takes memory with each level', () => {
    expect(mistakes(`${'{'.repeat(300)}*other`).join('\n')).not.toContain('aliases');
  });

  it('name a section that a variable cannot set', () => {
    expect(mistakes(undefined, { RGTP_NNTP_LIMITS: '1', RGTP_NNTP_BOARDS_0: 'x' })).toEqual([
      expect.stringMatching(
        /^environment: RGTP_NNTP_LIMITS is a section, not a setting: set its keys, such as RGTP_NNTP_LIMITS_\w+$/,
      ),
      expect.stringContaining(
        'RGTP_NNTP_BOARDS_0 is a section, not a setting: set its keys, such as RGTP_NNTP_BOARDS_0_',
      ),
    ]);
  });

  it('name a file that does not exist', () => {
    expect(() => loadConfig({ file: join(folder, 'none.yaml') })).toThrow(
      /none\.yaml: can't be read: there is no such file/,
    );
    expect(() => loadConfig({ file: folder })).toThrow(`${folder}: can't be read: it is a folder`);
  });

  it('never show a secret', () => {
    expect(mistakes('boards: [{ user: a, secret: swordfish }]').join()).not.toContain('swordfish');
    expect(mistakes(undefined, { RGTP_NNTP_BOARDS_0_SECRET: 'swordfish' }).join()).not.toContain('swordfish');
    expect(mistakes(peerWith('password: sword fish')).join()).not.toContain('fish');
    expect(mistakes('permanent: mysql://a:swordfish@b/c').join()).not.toContain('swordfish');
    expect(mistakes(`permanent: postgres://a:swordfish@b/c${REMOTE}`).join()).not.toContain('swordfish');
  });
});

it('the memory for what was read last follows from the memory there is', () => {
  const GIB = 2 ** 30;
  expect(memoryFor(0.5625 * GIB, 0)).toBe((0.5625 * GIB) / 32);
  // A machine without control groups says 0, or a number beyond everything.
  expect(memoryFor(64 * GIB, 2 ** 64)).toBe(20 * 2 ** 20);
  expect(memoryFor(64 * GIB, 0.5625 * GIB)).toBe((0.5625 * GIB) / 32);
  expect(memoryFor(GIB / 8, 0)).toBe(16 * 2 ** 20);
  const asked = (memory: string) => loadConfig({ environment: { RGTP_NNTP_CACHE_MEMORY: memory } }).cache.memory;
  expect(asked('8MiB')).toBe(8 * 2 ** 20);
  expect(() => asked('lots')).toThrow('must be a size from 1MiB to 64GiB');
});
