import { expect, onTestFinished, test } from 'vitest';
import type { Peer } from '../../src/nntp/backend.ts';
import type { ListenAddress } from '../../src/nntp/connection/listener.ts';
import { NntpServer } from '../../src/nntp/server.ts';
import { NntpClient } from '../support/nntp-client.ts';
import { rfcWorld } from '../support/rfc-world.ts';

/** A PROXY v2 header for a client at an IPv4 address. */
function header(address: string): Buffer {
  const head = Buffer.from('0d0a0d0a000d0a515549540a2111000c', 'hex');
  const octets = Buffer.from([...address.split('.').map(Number), 203, 0, 113, 10, 0x8b, 0x35, 0, 119]);
  return Buffer.concat([head, octets]);
}

async function open(listeners: readonly Partial<ListenAddress>[], settings = {}) {
  const backend = rfcWorld();
  backend.guest = { read: true, post: false, loginHelps: true };
  const refused: string[] = [];
  const peers: Peer[] = [];
  const server = await NntpServer.open({
    backend,
    listen: listeners.map((listener) => ({ host: '127.0.0.1', port: 0, tls: false, ...listener })),
    observer: {
      connectionRefused: (reason) => void refused.push(reason),
      connectionOpened: (peer) => void peers.push(peer),
    },
    ...settings,
  });
  onTestFinished(() => server.close(0));
  const connect = async (listener: number, from?: string): Promise<NntpClient> => {
    const client = await NntpClient.connect(server.addresses[listener]?.port ?? 0, { greeted: false });
    onTestFinished(() => client.close());
    if (from !== undefined) client.stream.write(header(from));
    return client;
  };
  return { connect, refused, peers };
}

test('each listener has its own proxyProtocol and cleartextAuth', async () => {
  const { connect, peers } = await open(
    [{}, { proxyProtocol: true }, { proxyProtocol: true, cleartextAuth: false }, { proxyProtocol: false }],
    { cleartextAuth: true },
  );
  const direct = await connect(0);
  const [open1, closed, plain] = [await connect(1, '192.0.2.1'), await connect(2, '192.0.2.2'), await connect(3)];
  for (const client of [direct, open1, closed, plain]) expect(await client.line()).toMatch(/^20[01] /);
  expect(await direct.ask('AUTHINFO USER alice')).toMatch(/^381 /);
  expect(await open1.ask('AUTHINFO USER alice')).toMatch(/^381 /);
  expect(await closed.ask('AUTHINFO USER alice')).toMatch(/^502 /);
  expect(await plain.ask('AUTHINFO USER alice')).toMatch(/^381 /);
  expect(peers.map(({ address }) => address).toSorted()).toEqual(['127.0.0.1', '127.0.0.1', '192.0.2.1', '192.0.2.2']);
});

test('a balancer that says its client is on this host makes no connection safe for a password', async () => {
  const { connect } = await open([{ proxyProtocol: true }]);
  const client = await connect(0, '127.0.0.1');
  expect(await client.line()).toMatch(/^20[01] /);
  expect(await client.ask('AUTHINFO USER alice')).toMatch(/^502 /);
});

test.each([
  [['127.0.0.1'], true],
  [['127.0.0.0/8'], true],
  [['2001:db8::/32', '127.0.0.0/8'], true],
  [['192.0.2.1', '10.0.0.0/8'], false],
  [['::1'], false],
])('balancers %j: believed %s', async (balancers, believed) => {
  const { connect, refused } = await open([{ proxyProtocol: true, balancers }]);
  const client = await connect(0, '192.0.2.1');
  if (believed) expect(await client.line()).toMatch(/^20[01] /);
  else {
    // Answered by a server that greets.
    client.send('QUIT');
    expect(await client.rest()).toBe('');
  }
  expect(refused).toEqual(believed ? [] : ['untrusted']);
});

test.each(['localhost', '10.0.0.0/33', '10.0.0.0/x', ''])('no balancer: "%s"', async (balancer) => {
  await expect(open([{ proxyProtocol: true, balancers: [balancer] }])).rejects.toThrow(
    'neither an address nor a network',
  );
});

test('a connection that is refused leaves nothing behind', async () => {
  const { connect, refused } = await open([{ proxyProtocol: true, balancers: ['192.0.2.1'] }, {}], {
    limits: { connections: 3 },
  });
  for (let n = 0; n < 10; n++) await (await connect(0)).rest();
  expect(refused).toHaveLength(10);
  expect(await (await connect(1)).line()).toMatch(/^20[01] /);
});
