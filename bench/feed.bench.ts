/**
 * Articles a second to and from a real INN, against innfeed between two INNs, and innd alone. Everything that a peer does
 * is measured: INN writes each article to its spool and history, a board syncs each post to disk.
 */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { RgtpConnection } from '../src/rgtp/client/connection.ts';
import { latin1, octets } from '../src/wire/octets.ts';
import { unpacked } from '../test/e2e/clients.ts';
import { Daemon } from '../test/e2e/daemon.ts';
import { Inn } from '../test/e2e/inn.ts';
import { until } from '../test/e2e/until.ts';
import { freePort } from '../test/support/free-port.ts';
import type { NntpClient } from '../test/support/nntp-client.ts';
import type { Bench, Result } from './main.ts';

const ARTICLES = Number(process.env['FEED_ARTICLES'] ?? 5_000);
/** A board takes a post at a time from each user. */
const POSTS = ARTICLES / 5;
const NEWSGROUP = 'groggs.bench';
const USER = 'inn@example.net';
const TEXT = Array.from(
  { length: 8 },
  (_, n) => `Line ${n} of an article as people write them, a little over sixty octets.`,
);

const bench: Bench = async () => {
  if (process.getuid?.() !== 0 || !existsSync(unpacked('usr/lib/news/bin/innfeed'))) {
    console.log('feed is skipped: no INN (.ci/clients.sh brings it, as root)');
    return [];
  }
  const innd = await takenByInnd();
  const innfeed = await betweenInns();
  const { out, taken, fed } = await withBridge();
  return [
    rate('innd alone takes', innd, 'TAKETHIS on one connection'),
    rate('innfeed sends innd', innfeed, 'one connection'),
    rate('the bridge sends innd', out, `${(out / innfeed).toFixed(2)} × innfeed`),
    rate('the bridge takes', taken, 'TAKETHIS on one connection, each a post on the embedded board'),
    rate('innfeed sends the bridge', fed, `${(fed / taken).toFixed(2)} × the same without innfeed`),
  ];
};

export default bench;

function rate(name: string, value: number, note: string): Result {
  return { name, value, unit: 'articles/s', note };
}

/** Articles a second, from a moment on. */
const perSecond = (count: number, since: number): number => (count / (performance.now() - since)) * 1000;

async function takenByInnd(): Promise<number> {
  await using inn = await Inn.start(NEWSGROUP);
  return await flood(inn.port, ARTICLES, 'alone');
}

async function betweenInns(): Promise<number> {
  await using second = await Inn.start(NEWSGROUP);
  await using first = await Inn.create(feeding(second.port), [NEWSGROUP]);
  await first.start();
  const started = performance.now();
  await flood(first.port, ARTICLES, 'fed');
  await arrived(() => second.client(), ARTICLES);
  return perSecond(ARTICLES, started);
}

async function withBridge(): Promise<{ out: number; taken: number; fed: number }> {
  const rgtp = await freePort();
  const settings = {
    embedded: { listen: `rgtp://127.0.0.1:${rgtp}` },
    http: { listen: 'off' },
    boards: [{ newsgroup: NEWSGROUP, rgtp: 'embedded' }],
  };
  await using daemon = await Daemon.create(settings);
  await daemon.start();
  const added = await daemon.command('board', 'user', 'add', USER);
  const secret = /^secret +(\w+)$/m.exec(added)?.[1] ?? '';
  await post(rgtp, secret);
  await daemon.stop();

  await using inn = await Inn.create({ ...feeding(daemon.port, secret) }, [NEWSGROUP]);
  await inn.start();
  const peers = [
    { address: `nntp://127.0.0.1:${inn.port}`, path: 'inn.rgtp-nntp.net', from: 'the beginning', motd: false },
  ];
  daemon.configure({ ...settings, peers });
  await daemon.start();
  const opened = performance.now();
  await arrived(() => inn.client(), ARTICLES);
  const out = perSecond(ARTICLES, opened);

  const taken = await flood(daemon.port, POSTS, 'taken', secret);
  await arrived(() => inn.client(), ARTICLES + POSTS);
  const started = performance.now();
  await flood(inn.port, POSTS, 'fed');
  await arrived(() => daemon.client(), ARTICLES + 2 * POSTS);
  return { out, taken, fed: perSecond(POSTS, started) };
}

/** An INN that sends a port everything but what comes from a bridge. */
function feeding(port: number, secret?: string) {
  const login = secret === undefined ? '' : `username: ${USER}\n password: ${secret}`;
  return {
    added: {
      newsfeeds:
        'other/news.example:*,!control,!control.*:Ap,Tm:innfeed!\ninnfeed!:!*:Tc,Wnm*:/usr/lib/news/bin/innfeed\n',
      'innfeed.conf': `initial-reconnect-time: 1\nbacklog-rotate-period: 1\nhost-queue-highwater: 100000
peer other {\n ip-name: 127.0.0.1\n port-number: ${port}\n max-connections: 1\n ${login}\n}\n`,
    },
  };
}

/** Sends articles without asking first, as fast as they are taken. Resolves with articles a second. */
async function flood(port: number, count: number, name: string, secret?: string): Promise<number> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  let text = '';
  let answers = 0;
  let refused = '';
  const finished = Promise.withResolvers<void>();
  const ends = secret === undefined ? count : count + 2;
  socket.on('data', (chunk) => {
    const lines = (text + chunk.toString('latin1')).split('\r\n');
    text = lines.pop() ?? '';
    for (const line of lines) {
      if (/^[45]/.test(line)) refused = line;
      if (/^(?:239|381|281|[45])/.test(line) && ++answers === ends) finished.resolve();
    }
  });
  socket.on('close', () => finished.reject(new Error(`${port} ended: ${refused}`)));
  socket.on('error', () => {});
  await once(socket, 'data');
  if (secret !== undefined) socket.write(`AUTHINFO USER ${USER}\r\nAUTHINFO PASS ${secret}\r\n`);
  const date = new Date().toUTCString().replace('GMT', '+0000');
  const started = performance.now();
  for (let n = 0; n < count; n++) {
    const id = `<${n}.${name}@bench.example>`;
    const head = ['Path: elsewhere.example!not-for-mail', 'From: Ann <ann@bench.example>', `Newsgroups: ${NEWSGROUP}`];
    const lines = [
      `TAKETHIS ${id}`,
      ...head,
      `Subject: Number ${n}`,
      `Date: ${date}`,
      `Message-ID: ${id}`,
      '',
      ...TEXT,
    ];
    if (!socket.write(`${lines.join('\r\n')}\r\n.\r\n`)) await once(socket, 'drain');
  }
  await finished.promise;
  const speed = perSecond(count, started);
  socket.removeAllListeners('close').destroy();
  if (refused !== '') throw new Error(refused);
  return speed;
}

async function arrived(open: () => Promise<NntpClient>, count: number): Promise<void> {
  const client = await open();
  const high = async () => Number((await client.ask(`GROUP ${NEWSGROUP}`)).split(' ')[1]);
  await until(async () => (await high()) >= count, `${count} articles`, 300_000);
  client.quit();
}

async function post(port: number, secret: string): Promise<void> {
  let next = 0;
  const poster = async () => {
    const options = { host: '127.0.0.1', port, user: octets`inn@example.net`, secret: Buffer.from(secret, 'hex') };
    const connection = await RgtpConnection.open(options);
    while (next < ARTICLES) {
      const n = next++;
      await connection.data(octets`Ann`, TEXT.map(latin1));
      await connection.newItem(octets`Number ${n}`);
    }
    await connection.close();
  };
  await Promise.all(Array.from({ length: 8 }, poster));
}
