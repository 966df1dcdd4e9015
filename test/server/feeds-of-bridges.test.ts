/** Two bridges on one board that feed the same peer: it is offered everything once, whoever is cut off. */
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { CuttingWay } from '../support/cutting-way.ts';
import { FakePeer } from '../support/fake-peer.ts';
import { NntpClient } from '../support/nntp-client.ts';
import { hasPostgres, PostgresServer } from '../support/postgres.ts';
import { recordedLog } from '../support/recorded-log.ts';
import { openWholeServer, people, type WholeServer, type WholeServerOptions } from '../support/whole-server.ts';

const GROUP = 'groggs.gossip';

describe.skipIf(!hasPostgres)('two bridges', () => {
  let database: PostgresServer;

  beforeAll(async () => {
    database = await PostgresServer.start();
  });
  afterAll(() => database.remove());

  async function open(options: WholeServerOptions): Promise<WholeServer> {
    const opened = await openWholeServer(options);
    onTestFinished(() => opened.close());
    return opened;
  }

  /** A bridge that can be cut off from the database. */
  async function openBridge(settings: Readonly<Record<string, string>>) {
    const way = await CuttingWay.open(database.socket);
    onTestFinished(() => way.close());
    const { log, messages } = recordedLog();
    const { newsPort, httpPort } = await open({
      settings: { ...settings, PERMANENT: way.url },
      log,
      isBridge: true,
    });
    return {
      way,
      /** how often its turn to feed has begun */
      turns: () => messages.filter((message) => message.startsWith('this bridge now feeds the peer')).length,
      async feeds(): Promise<boolean> {
        const metrics = await (await fetch(`http://127.0.0.1:${httpPort}/metrics`)).text();
        return metrics.includes('rgtp_nntp_peer_feeds{peer="peer"} 1');
      },
      async post(id: string): Promise<void> {
        const client = await NntpClient.connect(newsPort);
        expect(await client.login(people.proving[2], people.password)).toMatch(/^281 /);
        const head = ['From: W <w@x.example>', `Newsgroups: ${GROUP}`, `Message-ID: ${id}`, `Subject: ${id}`];
        expect(await client.post([...head, '', `Text of ${id}`])).toMatch(/^240 /);
        client.close();
      },
    };
  }

  test('offer a peer each article once, and when the one that feeds is cut off, the other goes on', async () => {
    const peer = await FakePeer.open();
    onTestFinished(() => peer.close());
    const board = await open({});
    const settings = {
      BOARDS_0_RGTP: `rgtp://127.0.0.1:${board.boardPort}`,
      BOARDS_0_NEWSGROUP: GROUP,
      BOARDS_0_DOMAIN: 'board.example',
      PEERS_0_NAME: 'peer',
      PEERS_0_ADDRESS: `nntp://127.0.0.1:${peer.address.port}`,
      PEERS_0_FROM: 'the beginning',
    };
    const bridges = [await openBridge(settings), await openBridge(settings)] as const;
    const ids = Array.from({ length: 12 }, (_, n) => `<${n}@x.example>`);
    const often = (command: string) => peer.commands.filter((line) => line === command).length;

    for (const [n, id] of ids.slice(0, 8).entries()) await bridges[n % 2 === 0 ? 0 : 1].post(id);
    await expect.poll(() => [...peer.articles.keys()]).toEqual(expect.arrayContaining(ids.slice(0, 8)));
    const feeding = async () => {
      const are = await Promise.all(bridges.map((bridge) => bridge.feeds()));
      return bridges.filter((_, n) => are[n]);
    };
    await expect.poll(feeding).toHaveLength(1);
    // On a busy machine PostgreSQL gives up a bridge that has not asked for seconds. Within a turn nothing is offered twice.
    const turns = bridges.reduce((sum, bridge) => sum + bridge.turns(), 0);
    for (const id of ids.slice(0, 8)) expect(often(`CHECK ${id}`)).toBeLessThanOrEqual(turns);

    const [one = bridges[0]] = await feeding();
    const other = one === bridges[0] ? bridges[1] : bridges[0];
    one.way.refuse();
    await expect.poll(() => other.feeds()).toBe(true);
    for (const id of ids.slice(8)) await other.post(id);
    await expect.poll(() => [...peer.articles.keys()]).toEqual(expect.arrayContaining(ids));
    one.way.accept();
    await expect.poll(feeding).toHaveLength(1);
    // What arrived last before the other took over may be offered once more: it has it.
    for (const id of ids) expect(often(`TAKETHIS ${id}`)).toBe(1);
  });
});
