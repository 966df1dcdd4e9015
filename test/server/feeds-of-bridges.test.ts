/** Two bridges on one board that feed the same peer: it is offered everything once, whoever is cut off. */
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { CuttingWay } from '../support/cutting-way.ts';
import { FakePeer } from '../support/fake-peer.ts';
import { NntpClient } from '../support/nntp-client.ts';
import { hasPostgres, PostgresServer } from '../support/postgres.ts';
import { openWholeServer, people, type WholeServer } from '../support/whole-server.ts';

const GROUP = 'groggs.gossip';

describe.skipIf(!hasPostgres)('two bridges', () => {
  let server: PostgresServer;
  let way: CuttingWay;

  beforeAll(async () => {
    server = await PostgresServer.start();
    way = await CuttingWay.open(server.socket);
  });
  afterAll(async () => {
    await way.close();
    await server.remove();
  });

  async function open(settings: Readonly<Record<string, string>>, isBridge = true): Promise<WholeServer> {
    const opened = await openWholeServer({ settings, isBridge });
    onTestFinished(() => opened.close());
    return opened;
  }

  async function post(bridge: WholeServer, id: string): Promise<void> {
    const client = await NntpClient.connect(bridge.newsPort);
    expect(await client.login(people.proving[2], people.password)).toMatch(/^281 /);
    const head = ['From: W <w@x.example>', `Newsgroups: ${GROUP}`, `Message-ID: ${id}`, `Subject: ${id}`];
    expect(await client.post([...head, '', `Text of ${id}`])).toMatch(/^240 /);
    client.close();
  }

  const feeds = async ({ httpPort }: WholeServer) =>
    (await (await fetch(`http://127.0.0.1:${httpPort}/metrics`)).text()).includes(
      'rgtp_nntp_peer_feeds{peer="peer"} 1',
    );

  test('offer a peer each article once, and when the one that feeds is cut off, the other goes on', async () => {
    const peer = await FakePeer.open();
    onTestFinished(() => peer.close());
    const board = await open({}, false);
    const settings = {
      BOARDS_0_RGTP: `rgtp://127.0.0.1:${board.boardPort}`,
      BOARDS_0_NEWSGROUP: GROUP,
      BOARDS_0_DOMAIN: 'board.example',
      PEERS_0_NAME: 'peer',
      PEERS_0_ADDRESS: `nntp://127.0.0.1:${peer.address.port}`,
      PEERS_0_FROM: 'the beginning',
    };
    const one = await open({ ...settings, PERMANENT: way.url });
    await expect.poll(() => feeds(one)).toBe(true);
    const other = await open({ ...settings, PERMANENT: server.url });
    const ids = Array.from({ length: 12 }, (_, n) => `<${n}@x.example>`);
    for (const [n, id] of ids.slice(0, 8).entries()) await post(n % 2 === 0 ? one : other, id);
    await expect.poll(() => [...peer.articles.keys()]).toEqual(expect.arrayContaining(ids.slice(0, 8)));
    await expect.poll(() => feeds(other)).toBe(false);
    expect(await feeds(one)).toBe(true);
    const twice = (verb: string) => {
      const sent = peer.commands.filter((line) => line.startsWith(verb));
      return sent.filter((line, at) => sent.indexOf(line) !== at);
    };
    expect(twice('CHECK')).toEqual([]);

    way.refuse();
    await expect.poll(() => feeds(other)).toBe(true);
    for (const id of ids.slice(8)) await post(other, id);
    await expect.poll(() => [...peer.articles.keys()]).toEqual(expect.arrayContaining(ids));
    way.accept();
    await expect.poll(() => feeds(one)).toBe(false);
    // What arrived last before the other took over may be offered once more: it has it.
    expect(twice('TAKETHIS')).toEqual([]);
  });
});
