import { once } from 'node:events';
import type { Socket } from 'node:net';
import tls from 'node:tls';
import { expect, test } from 'vitest';
import type { Access } from '../../src/nntp/backend.ts';
import { Refusal } from '../../src/nntp/backend.ts';
import { Deflated } from '../../src/nntp/connection/deflated.ts';
import { play } from '../support/exchange.ts';
import type { NntpClient } from '../support/nntp-client.ts';
import { serve, tlsFiles } from '../support/nntp-server.ts';
import { rfcWorld } from '../support/rfc-world.ts';

const STRANGER: Access = { read: true, post: false, loginHelps: true };
const TLS = tlsFiles('first');
const plain = (...parts: string[]): string => Buffer.from(parts.join('\0')).toString('base64');

async function startTls(client: NntpClient): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    client.exchange((below) => {
      const secured = tls.connect({ socket: below as Socket, rejectUnauthorized: false }, resolve);
      secured.once('error', reject);
      return secured;
    });
  });
}

/** what the server has, what the client shall see: on loopback, where passwords may cross in the clear */
const logins: readonly [clause: string, exchange: string][] = [
  [
    '4643 §2.2 AUTHINFO is offered until the login; then SASL stays, and a second login is refused',
    `C: CAPABILITIES
     S: 101
     S! VERSION 2
     S: IMPLEMENTATION
     S! READER
     S! AUTHINFO USER SASL
     S! SASL PLAIN
     S! COMPRESS DEFLATE
     S: LIST 
     S! NEWNEWS
     S! OVER MSGID
     S! HDR
     S! POST
     S! .
     C: AUTHINFO USER alice
     S: 381
     C: AUTHINFO PASS secret
     S: 281
     C: CAPABILITIES
     S: 101
     S! VERSION 2
     S: IMPLEMENTATION
     S! READER
     S! SASL PLAIN
     S! COMPRESS DEFLATE
     S: LIST 
     S! NEWNEWS
     S! OVER MSGID
     S! HDR
     S! POST
     S! IHAVE
     S! STREAMING
     S! .
     C: AUTHINFO USER alice
     S: 502
     C: AUTHINFO PASS secret
     S: 502
     C: AUTHINFO SASL PLAIN
     S: 502`,
  ],
  [
    '4643 §2.3 a failed login can be repeated',
    'C: AUTHINFO USER alice\nS: 381\nC: AUTHINFO PASS wrong\nS! 481 wrong user or password\nC: AUTHINFO PASS secret\nS: 482\nC: AUTHINFO USER alice\nS: 381\nC: AUTHINFO PASS secret\nS: 281',
  ],
  ['4643 §2.3 PASS before USER', 'C: AUTHINFO PASS flintstone\nS: 482'],
  [
    '4643 §2.3 the last USER counts',
    'C: AUTHINFO USER nobody\nS: 381\nC: AUTHINFO USER alice\nS: 381\nC: AUTHINFO PASS secret\nS: 281',
  ],
  [
    '4643 §2.3 keywords in any case, as Thunderbird writes them',
    'C: AUTHINFO user alice\nS: 381\nC: authinfo pass secret\nS: 281',
  ],
  [
    '4643 §2.3 what is no AUTHINFO',
    'C: AUTHINFO\nS: 501\nC: AUTHINFO USER\nS: 501\nC: AUTHINFO PASS\nS: 501\nC: AUTHINFO GENERIC x\nS: 501\nC: AUTHINFO SASL\nS: 501',
  ],
  [
    '4643 §2.4 SASL PLAIN with an initial response',
    `C: AUTHINFO SASL PLAIN ${plain('', 'alice', 'secret')}\nS: 281\nC: POST\nS: 340\nC: .\nS: 441`,
  ],
  [
    '4643 §2.4 SASL PLAIN, challenged',
    `C: AUTHINFO SASL PLAIN\nS! 383 =\nC: ${plain('alice', 'alice', 'secret')}\nS: 281`,
  ],
  [
    '4643 §2.4 SASL, the wrong password',
    `C: AUTHINFO SASL PLAIN ${plain('', 'alice', 'wrong')}\nS: 481\nC: DATE\nS: 111`,
  ],
  ['4643 §2.4 SASL in the name of another', `C: AUTHINFO SASL PLAIN ${plain('bob', 'alice', 'secret')}\nS: 481`],
  ['4643 §2.4 SASL, aborted', 'C: AUTHINFO SASL PLAIN\nS: 383 =\nC: *\nS: 481\nC: DATE\nS: 111'],
  [
    '4643 §2.4 SASL, a mechanism that is not there',
    'C: AUTHINFO SASL EXAMPLE\nS: 503\nC: AUTHINFO SASL CRAM-MD5 AHRlc3QAMTIzNA==\nS: 503\nC: AUTHINFO SASL a.b\nS: 501',
  ],
  [
    '4643 §2.4 SASL, no base64',
    'C: AUTHINFO SASL PLAIN abcd=efg\nS: 504\nC: AUTHINFO SASL PLAIN\nS: 383 =\nC: =AAA\nS: 504\nC: AUTHINFO SASL PLAIN\nS: 383 =\nC: a b\nS: 504\nC: AUTHINFO SASL PLAIN\nS: 383 =\nC: \nS: 482',
  ],
  [
    '4643 §2.4 SASL, not what PLAIN says',
    `C: AUTHINFO SASL PLAIN =\nS: 482\nC: AUTHINFO SASL PLAIN ${plain('alice', 'secret')}\nS: 482\nC: AUTHINFO SASL PLAIN ${plain('', 'a', 'b', 'c')}\nS: 482`,
  ],
  [
    '4643 §2.4 SASL may be longer than 512 octets',
    `C: AUTHINFO SASL PLAIN ${plain('', 'x'.repeat(255), 'y'.repeat(255))}\nS: 481\nC: AUTHINFO SASL PLAIN ${'A'.repeat(3000)}\nS: 501\nC: AUTHINFO SASL PLAIN\nS: 383\nC: ${'A'.repeat(3000)}\nS: 501\nC: DATE\nS: 111`,
  ],
  ['4642 §2.2 STARTTLS without a certificate is not offered', 'C: STARTTLS\nS: 580\nC: STARTTLS x\nS: 501'],
];

test.each(logins)('RFC %s', async (_clause, exchange) => {
  const backend = rfcWorld();
  backend.guest = STRANGER;
  const { connect } = await serve(backend, { limits: { loginDelay: 1 } });
  await play(await connect(), exchange);
});

test('RFC 4643 §2.3 white space in a password counts', async () => {
  const backend = rfcWorld();
  backend.guest = STRANGER;
  backend.users.set('bob', ' two  words ');
  const { connect } = await serve(backend);
  await play(await connect(), 'C: AUTHINFO  USER  bob\nS: 381\nC: AUTHINFO  PASS  two  words \nS: 281');
});

test('RFC 4643 §2.2 where no login would help, AUTHINFO is not offered', async () => {
  const backend = rfcWorld();
  backend.guest = { read: true, post: false, loginHelps: false };
  const { connect } = await serve(backend);
  const client = await connect();
  expect((await client.askAll('CAPABILITIES')).join('\n')).not.toMatch(/AUTHINFO|SASL/);
  await play(client, 'C: AUTHINFO USER alice\nS: 502\nC: AUTHINFO SASL PLAIN\nS: 502');
});

test('RFC 4643 §2.3 a backend that can’t say answers 403, not 481', async () => {
  const backend = rfcWorld();
  backend.guest = STRANGER;
  backend.onLogin = () => Promise.reject(new Refusal('unavailable', 'the board is away'));
  const { connect } = await serve(backend);
  await play(
    await connect(),
    `C: AUTHINFO USER alice\nS: 381\nC: AUTHINFO PASS secret\nS! 403 the board is away\nC: AUTHINFO SASL PLAIN ${plain('', 'a', 'b')}\nS: 403`,
  );
});

test('RFC 4642 §2.2 STARTTLS: offered once, forgets the group, and what was sent in the clear behind it is never run', async () => {
  const { connect } = await serve(rfcWorld(), { tls: TLS });
  const client = await connect();
  await client.ask('GROUP misc.test');
  expect(await client.askAll('CAPABILITIES')).toContain('STARTTLS');
  client.send('STARTTLS', 'POST', 'DATE');
  expect(await client.line()).toMatch(/^382 /);
  await startTls(client);
  expect(await client.ask('CAPABILITIES')).toMatch(/^101 /);
  expect(await client.block()).not.toContain('STARTTLS');
  expect(await client.ask('STAT')).toMatch(/^412 /);
  expect(await client.ask('STARTTLS')).toMatch(/^502 /);
  expect(await client.ask('GROUP misc.test')).toMatch(/^211 /);
  expect(await client.ask('QUIT')).toMatch(/^205 /);
  expect(await client.rest()).toBe('');
});

test('RFC 4642 §2.2.2 a login before STARTTLS rules it out', async () => {
  const backend = rfcWorld();
  backend.guest = STRANGER;
  const { connect } = await serve(backend, { tls: TLS });
  const client = await connect();
  await play(client, 'C: AUTHINFO USER alice\nS: 381\nC: AUTHINFO PASS secret\nS: 281\nC: STARTTLS\nS: 502');
  expect(await client.askAll('CAPABILITIES')).not.toContain('STARTTLS');
});

test('RFC 4642 §2.2.2 a handshake that fails ends the connection and nothing else', async () => {
  const { connect } = await serve(rfcWorld(), { tls: TLS });
  const [broken, other] = [await connect(), await connect()];
  expect(await broken.ask('STARTTLS')).toMatch(/^382 /);
  broken.send('DATE', 'POST');
  // At most a TLS alert comes back.
  expect(await broken.rest()).not.toMatch(/111|340/);
  expect(await other.ask('DATE')).toMatch(/^111 /);
});

test('RFC 8054 §7 STARTTLS, AUTHINFO and COMPRESS, in that order', async () => {
  const backend = rfcWorld();
  backend.guest = STRANGER;
  const { connect } = await serve(backend, { tls: TLS });
  const client = await connect();
  await client.ask('STARTTLS');
  await startTls(client);
  await play(client, 'C: AUTHINFO USER alice\nS: 381\nC: AUTHINFO PASS secret\nS: 281\nC: COMPRESS DEFLATE\nS: 206');
  client.exchange((below) => new Deflated(below));
  await play(
    client,
    'C: GROUP misc.test\nS: 211\nC: ARTICLE\nS: 220\nS: ...\nC: STARTTLS\nS: 502\nC: POST\nS: 340\nC: .\nS: 441\nC: QUIT\nS: 205\n[end]',
  );
});

test('NNTPS greets inside TLS 1.2 or later', async () => {
  const { connect, tlsPort } = await serve(rfcWorld(), { tls: TLS });
  const client = await connect();
  client.close();
  const socket = tls.connect({ port: tlsPort, host: '127.0.0.1', rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  expect(socket.getProtocol()).toBe('TLSv1.3');
  const [greeting] = await once(socket, 'data');
  expect(String(greeting)).toMatch(/^200 /);
  socket.write('STARTTLS\r\n');
  const [answer] = await once(socket, 'data');
  expect(String(answer)).toMatch(/^502 /);
  socket.destroy();
  const modern = tls.connect({ port: tlsPort, host: '127.0.0.1', rejectUnauthorized: false, maxVersion: 'TLSv1.2' });
  await once(modern, 'secureConnect');
  expect(modern.getCipher().name).toMatch(/^ECDHE-.*(GCM|CHACHA20)/);
  modern.destroy();
  const old = tls.connect({
    port: tlsPort,
    host: '127.0.0.1',
    rejectUnauthorized: false,
    maxVersion: 'TLSv1.1',
    minVersion: 'TLSv1',
  });
  await expect(once(old, 'secureConnect')).rejects.toThrow();
});

/** where the client is and what the server may do: AUTHINFO USER, SASL, GROUP */
const cleartext: readonly [
  what: string,
  tls: boolean,
  cleartextAuth: boolean,
  greeting: string,
  user: string,
  group: string,
  offered: boolean,
][] = [
  ['TLS would help', true, false, '200', '483', '483', false],
  ['nothing would', false, false, '201', '502', '502', false],
  ['it is configured to be fine', false, true, '200', '381', '480', true],
];

test.each(cleartext)(
  'RFC 4643 §2.3.2 a password in the clear from afar: %s',
  async (_what, withTls, cleartextAuth, greeting, user, group, offered) => {
    const backend = rfcWorld();
    backend.guest = { read: false, post: false, loginHelps: true };
    // A PROXY header puts the client elsewhere.
    const { connect } = await serve(backend, { cleartextAuth, proxyProtocol: true, ...(withTls ? { tls: TLS } : {}) });
    const client = await connect(false);
    const header = Buffer.from('0d0a0d0a000d0a515549540a2111000cc0000201cb00710a8b35007700', 'hex').subarray(0, 28);
    client.stream.write(header);
    expect(await client.line()).toMatch(new RegExp(`^${greeting} `));
    expect((await client.askAll('CAPABILITIES')).includes('AUTHINFO USER SASL')).toBe(offered);
    expect(await client.ask('AUTHINFO USER alice')).toMatch(new RegExp(`^${user} `));
    expect(await client.ask('GROUP misc.test')).toMatch(new RegExp(`^${group} `));
    if (withTls) {
      expect(await client.ask('AUTHINFO SASL PLAIN')).toMatch(/^483 /);
      expect(await client.ask('STARTTLS')).toMatch(/^382 /);
      await startTls(client);
      await play(client, 'C: AUTHINFO USER alice\nS: 381\nC: AUTHINFO PASS secret\nS: 281\nC: GROUP misc.test\nS: 211');
    }
  },
);
