/** RFC 4644 and RFC 3977 §6.3.2 from the other side: newsgroups go to a peer in order, each article once, whatever happens. */
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { PeerConnection } from '../../src/feed/peer-connection.ts';
import { PeerFeed, type PeerFeedOptions } from '../../src/feed/peer-feed.ts';
import type { Entry, FedNewsgroup, Offer, Place, Turn } from '../../src/feed/source.ts';
import { type Log, silent } from '../../src/wire/log.ts';
import { Paced } from '../../src/wire/paced.ts';
import { FakePeer } from '../support/fake-peer.ts';
import { LineStream } from '../support/line-stream.ts';
import { octetsInUse } from '../support/memory.ts';
import { tcpServer } from '../support/tcp-server.ts';
import { tlsFiles } from '../support/tls-files.ts';

/** A newsgroup in memory whose places outlive the feeds. */
class Fed implements FedNewsgroup {
  readonly name: string;
  readonly newsgroup: string;
  readonly kind = 'posts';
  high = 0;
  returned = 0;
  readonly places = new Map<string, Place>();
  readonly paths = new Map<number, string>();
  readonly gone = new Set<number>();
  readonly back = new Set<number>();
  /** how often articles were asked for */
  asked = 0;
  unavailable = false;
  /** resolves when somebody waits for an article that does not come */
  readonly isWaitedFor = Promise.withResolvers<void>();
  hangs = false;
  /** whose turn it is, where several servers could send it */
  whose: Turn = 0;
  passed = 0;

  constructor(name: string) {
    this.name = name;
    this.newsgroup = name;
  }

  id(number: number): string {
    return `<${number}@${this.name}>`;
  }

  /** The last number that is settled. */
  get sent(): number | undefined {
    return this.places.get('peer')?.number;
  }

  hasMore(above: number): boolean {
    return !this.entries(above)[Symbol.iterator]().next().done;
  }

  *entries(above: number): Generator<Entry> {
    for (let number = above + 1; number <= this.high; number++) {
      if (!this.gone.has(number)) yield this.#entry(number);
    }
  }

  *late(above: number, upTo: number): Generator<Entry> {
    for (const number of this.back) if (number > above && number <= upTo) yield this.#entry(number);
  }

  /** An article that was gone is back. */
  comesBack(number: number): void {
    this.gone.delete(number);
    this.back.add(number);
    this.returned++;
  }

  #entry(number: number): Entry {
    const path = this.paths.get(number) ?? 'here!not-for-mail';
    return { number, offers: [{ messageId: this.id(number), path, article: () => this.#article(number) }] };
  }

  async #article(number: number): Promise<Buffer | undefined> {
    this.asked++;
    if (this.hangs) {
      this.isWaitedFor.resolve();
      return new Promise(() => {});
    }
    if (this.unavailable) throw new Error('the board is away');
    return Buffer.from(`Message-ID: ${this.id(number)}\r\n\r\n..dot ${number}\r\n.\r\n`);
  }

  turn(): Turn {
    return this.whose;
  }

  pass(): void {
    this.passed++;
  }

  place(peer: string): Place | undefined {
    return this.places.get(peer);
  }

  async setPlace(peer: string, place: Place): Promise<void> {
    expect(place.number).toBeGreaterThanOrEqual(this.places.get(peer)?.number ?? 0);
    this.places.set(peer, place);
  }
}

async function open(): Promise<{ peer: FakePeer; group: Fed }> {
  const peer = await FakePeer.open();
  onTestFinished(() => peer.close());
  return { peer, group: new Fed('misc.test') };
}

function feed(peer: FakePeer, groups: readonly Fed[], options: Partial<PeerFeedOptions> = {}): PeerFeed {
  const feed = new PeerFeed({
    name: 'peer',
    address: { ...peer.address, tls: false, user: '', password: '' },
    path: 'peer.example',
    wants: () => true,
    wantsOffer: () => true,
    from: 'the beginning',
    connections: 1,
    source: { newsgroups: () => groups },
    log: silent,
    look: 2,
    pause: { first: 2, most: 10 },
    ...options,
  });
  onTestFinished(() => feed.close());
  return feed;
}

const numbered = (group: Fed, ...numbers: readonly number[]) => numbers.map((number) => group.id(number));
const upTo = (most: number) => Array.from({ length: most }, (_, n) => n + 1);

test('everything from the beginning, in order, dots and all; then what is new', async () => {
  const { peer, group } = await open();
  group.high = 120;
  group.gone.add(7);
  const { status } = feed(peer, [group]);
  expect(status).toMatchObject({ backlog: 120, accepted: 0 });
  await expect.poll(() => group.sent).toBe(120);
  const all = upTo(120).filter((number) => number !== 7);
  expect([...peer.articles.keys()]).toEqual(numbered(group, ...all));
  expect(peer.articles.get(group.id(1))).toBe(`Message-ID: ${group.id(1)}\n\n.dot 1`);
  group.high = 121;
  await expect.poll(() => peer.articles.has(group.id(121))).toBe(true);
});

test('from now: what is there already is not sent, not even after a restart', async () => {
  const { peer, group } = await open();
  group.high = 5;
  const first = feed(peer, [group], { from: 'now' });
  await expect.poll(() => group.sent).toBe(5);
  await first.close();
  group.high = 7;
  feed(peer, [group], { from: 'now' });
  await expect.poll(() => group.sent).toBe(7);
  expect([...peer.articles.keys()]).toEqual(numbered(group, 6, 7));
});

test('a peer without streaming is offered one article after the other', async () => {
  const { peer, group } = await open();
  peer.streaming = false;
  peer.articles.set(group.id(2), 'there already');
  const later = new Set(numbered(group, 3, 4));
  peer.answering = (command, id) => {
    if (command === 'IHAVE' && id === group.id(3) && later.delete(id)) return '436 later';
    if (command === 'article' && id === group.id(4) && later.delete(id)) return '436 later';
    return command === 'article' && id === group.id(5) ? '437 no' : undefined;
  };
  group.high = 6;
  const one = feed(peer, [group]);
  await expect.poll(() => group.sent).toBe(6);
  expect([...peer.articles.keys()].sort()).toEqual(numbered(group, 1, 2, 3, 4, 6));
  expect(peer.commands.some((line) => /^(?:CHECK|TAKETHIS)/.test(line))).toBe(false);
  expect(one.status).toMatchObject({ accepted: 4, refused: 1, deferred: 2, backlog: 0 });
});

test('431 is tried again, 438 is fine, 439 is logged with the reason, and counted', async () => {
  const { peer, group } = await open();
  group.high = 100;
  let times = 3;
  const refused: unknown[] = [];
  const log = { ...silent, isWritten: () => true, warn: (fields: unknown) => refused.push(fields) };
  peer.articles.set(group.id(1), 'there already');
  peer.answering = (command, id) => {
    if (command === 'CHECK' && id === group.id(2) && times-- > 0) return `431 ${id} later`;
    return command === 'TAKETHIS' && id === group.id(3) ? `439 ${id} too old` : undefined;
  };
  const one = feed(peer, [group], { log: { ...log, child: () => log } as typeof silent });
  await expect.poll(() => group.sent).toBe(100);
  expect(peer.articles.has(group.id(2))).toBe(true);
  expect(peer.articles.has(group.id(3))).toBe(false);
  expect(one.status).toMatchObject({ accepted: 98, refused: 1, deferred: 3, backlog: 0, state: 'waiting' });
  expect(refused).toEqual([{ peer: 'peer', messageId: group.id(3), reason: `${group.id(3)} too old` }]);
  const sent = peer.commands.filter((line) => line.startsWith('TAKETHIS'));
  expect(new Set(sent).size).toBe(sent.length);
});

test('what is deferred for long holds the place, and no more than a batch is sent ahead of it', async () => {
  const { peer, group } = await open();
  group.high = 1000;
  peer.answering = (command, id) => (command === 'CHECK' && id === group.id(1) ? `431 ${id} later` : undefined);
  const one = feed(peer, [group]);
  await expect.poll(() => one.status.deferred).toBeGreaterThan(5);
  expect(peer.articles.size).toBe(49);
  expect(group.sent).toBe(0);
  peer.answering = () => undefined;
  await expect.poll(() => group.sent).toBe(1000);
  expect(peer.articles.size).toBe(1000);
  expect(group.asked).toBe(1000);
});

test.each([
  ['lost', 'cut'],
  ['ended with 400', '400 going down'],
  ['out of step', '239 <another@article>'],
  ['not understood', 'hello'],
] as const)('a connection that is %s in mid-stream: all goes on, in order, nothing twice', async (_, answer) => {
  const { peer, group } = await open();
  group.high = 200;
  let left = 120;
  peer.answering = (command) => (command === 'TAKETHIS' && --left % 40 === 0 && left >= 0 ? answer : undefined);
  const one = feed(peer, [group]);
  await expect.poll(() => group.sent).toBe(200);
  expect([...peer.articles.keys()]).toEqual(expect.arrayContaining(numbered(group, ...upTo(200))));
  expect(peer.articles.size).toBe(200);
  expect(one.status.lastError).toBeDefined();
  expect(one.status.state).toBe('waiting');
});

test('a feed that ends in mid-stream goes on where it was', async () => {
  const { peer, group } = await open();
  group.high = 500;
  for (let round = 1; round <= 4; round++) {
    const enough = round * 100;
    const one = feed(peer, [group]);
    await expect.poll(() => peer.articles.size).toBeGreaterThanOrEqual(enough);
    await one.close();
  }
  feed(peer, [group]);
  await expect.poll(() => group.sent).toBe(500);
  expect([...peer.articles.keys()]).toEqual(numbered(group, ...upTo(500)));
  const refused = peer.commands.filter((line) => line.startsWith('TAKETHIS')).length - peer.articles.size;
  expect(refused).toBeLessThan(4 * 50);
});

test('what has passed the peer is not offered to it', async () => {
  const { peer, group } = await open();
  group.high = 3;
  group.paths.set(1, 'here!Peer.Example!not-for-mail');
  group.paths.set(2, 'here!notpeer.example!not-for-mail');
  feed(peer, [group]);
  await expect.poll(() => group.sent).toBe(3);
  expect([...peer.articles.keys()]).toEqual(numbered(group, 2, 3));
  expect(peer.commands).not.toContain(`CHECK ${group.id(1)}`);
});

test('a text that can’t be had now: nothing is lost, and other newsgroups go on', async () => {
  const { peer, group } = await open();
  const other = new Fed('misc.other');
  group.high = other.high = 60;
  group.unavailable = true;
  feed(peer, [group, other], { connections: 3 });
  await expect.poll(() => other.sent).toBe(60);
  expect(group.sent).toBe(0);
  group.unavailable = false;
  await expect.poll(() => group.sent).toBe(60);
  const order = [...peer.articles.keys()].filter((id) => id.endsWith('@misc.test>'));
  expect(order).toEqual(numbered(group, ...upTo(60)));
});

test('logs in; who may not feed is told so, and is away', async () => {
  const { peer, group } = await open();
  peer.login = { user: 'board', password: 'secret' };
  group.high = 1;
  const address = { ...peer.address, tls: false, user: 'board' };
  const wrong = feed(peer, [group], { address: { ...address, password: 'wrong' } });
  await expect.poll(() => wrong.status).toMatchObject({ state: 'away', backlog: 1 });
  expect(wrong.status.lastError?.message).toBe('the login was answered 481 no');
  await wrong.close();
  feed(peer, [group], { address: { ...address, password: 'secret' } });
  await expect.poll(() => peer.articles.size).toBe(1);
});

test.each(['CHECK', 'TAKETHIS'])(
  'a peer that does not answer %s is away, and is sent everything once it does',
  async (silent) => {
    const { peer, group } = await open();
    group.high = 3;
    let answers = 0;
    peer.answering = (command) => (command === silent && answers++ === 0 ? 'silence' : undefined);
    const sending = feed(peer, [group], { patience: 200 });
    await expect.poll(() => group.sent).toBe(3);
    expect(answers).toBeGreaterThan(1);
    expect(sending.status.lastError?.message).toMatch(/^no answer for 0\.2 s$/);
    expect([...peer.articles.keys()]).toEqual([1, 2, 3].map((number) => group.id(number)));
  },
);

test('an answer that comes octet by octet, and never ends, is none', async () => {
  const { peer, group } = await open();
  group.high = 1;
  const trickling = await tcpServer((socket) => {
    socket.write('200 ');
    const timer = setInterval(() => socket.write('x'), 10);
    socket.once('close', () => clearInterval(timer));
  });
  onTestFinished(() => trickling.close());
  const address = { host: '127.0.0.1', port: trickling.port, tls: false, user: '', password: '' };
  const one = feed(peer, [group], { address, patience: 200 });
  await expect.poll(() => one.status.lastError?.message).toBe('no answer for 0.2 s');
});

/** A peer that never hangs up: after QUIT, `talk` has the connection. */
async function clinging(talk: (socket: Socket) => void): Promise<PeerConnection> {
  const server = createServer({ allowHalfOpen: true }, async (socket) => {
    socket.on('error', () => socket.destroy());
    const lines = new LineStream(socket, 'latin1');
    lines.write('200 hello\r\n');
    await lines.line();
    lines.write('203 stream\r\n');
    await lines.line();
    talk(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  // Listening on TCP, it has an address with a port.
  const { port } = server.address() as AddressInfo;
  return PeerConnection.open({ host: '127.0.0.1', port, tls: false, user: '', password: '' }, 60_000);
}

test('after QUIT nothing is taken from a peer, and the connection is closed even if it never hangs up', async () => {
  const octets = Buffer.alloc(16 * 1024 * 1024, '205 x\r\n');
  const sent = Promise.withResolvers<void>();
  const gone = Promise.withResolvers<void>();
  const connection = await clinging((socket) => {
    const timer = setInterval(() => socket.write('205 x\r\n'), 10);
    socket.once('close', () => {
      clearInterval(timer);
      gone.resolve();
    });
    socket.write(octets, () => sent.resolve());
  });
  const before = octetsInUse();
  connection.close();
  await sent.promise;
  // What has not been read yet, the operating system keeps.
  expect(octetsInUse() - before).toBeLessThan(4 * 1024 * 1024);
  await gone.promise;
});

test('an answer that is out of step while a text is awaited is heard of in its turn, not as a bug', async () => {
  const { peer, group } = await open();
  group.high = 3;
  group.hangs = true;
  const stray: unknown[] = [];
  const heard = (error: unknown) => stray.push(error);
  process.on('unhandledRejection', heard);
  onTestFinished(() => void process.off('unhandledRejection', heard));
  peer.answering = (command, id) => (command === 'CHECK' && id === group.id(2) ? '238 <another@article>' : undefined);
  const one = feed(peer, [group], { grace: 1 });
  await expect.poll(() => one.status.offered).toBe(3);
  await one.close();
  expect(stray).toEqual([]);
});

test('what one change withdrew is read once, however many batches it takes, and again if something is back', async () => {
  const { peer, group } = await open();
  let read = 0;
  const many = (count: number): Iterable<Offer> => ({
    *[Symbol.iterator]() {
      for (const n of upTo(count)) {
        read++;
        yield { messageId: `<cancel.${n}@misc.test>`, path: 'here', article: () => Buffer.from('\r\n.\r\n') };
      }
    },
  });
  let count = 200;
  group.high = 1;
  group.entries = function* (above) {
    if (above < 1) yield { number: 1, offers: many(count) };
  };
  let isBack = false;
  peer.answering = (command, id) => {
    if (command === 'CHECK' && id === '<cancel.120@misc.test>' && !isBack) {
      isBack = true;
      expect(read).toBe(200);
      count = 199;
      group.returned++;
    }
    return undefined;
  };
  feed(peer, [group]);
  await expect.poll(() => group.sent).toBe(1);
  expect(peer.articles.size).toBe(199);
  expect(read).toBe(399);
});

test('a peer that refuses everything does not fill the log', async () => {
  const { peer, group } = await open();
  group.high = 400;
  let lines = 0;
  const log: Log = { ...silent, isWritten: () => true, warn: () => void lines++, child: () => log };
  peer.answering = (command, id) => (command === 'TAKETHIS' ? `439 ${id} no` : undefined);
  const one = feed(peer, [group], { log });
  await expect.poll(() => group.sent).toBe(400);
  expect(one.status.refused).toBe(400);
  expect(lines).toBe(300);
});

test('while a peer is away it is not asked again before its time, however often there is a look', async () => {
  const { peer, group } = await open();
  group.high = 1;
  let time = 0;
  let looks = 0;
  let tries = 0;
  peer.answering = () => {
    tries++;
    return '400 no';
  };
  const clock = () => {
    looks++;
    return time;
  };
  const one = feed(peer, [group], { clock, random: () => 0, pause: { first: 1000, most: 4000 } });
  await expect.poll(() => one.status.state).toBe('away');
  const seen = looks;
  await expect.poll(() => looks).toBeGreaterThan(seen + 20);
  expect(tries).toBe(1);
  time = 500;
  const then = looks;
  await expect.poll(() => tries > 1 || looks > then + 20).toBe(true);
  expect(tries).toBe(2);
});

test('what comes back below what was sent is sent, before anything that is new, and after a restart too', async () => {
  const { peer, group } = await open();
  group.high = 60;
  for (const number of [3, 5]) group.gone.add(number);
  const one = feed(peer, [group]);
  await expect.poll(() => group.sent).toBe(60);
  await expect.poll(() => one.status.backlog).toBe(0);
  group.comesBack(3);
  group.high = 61;
  await expect.poll(() => group.sent).toBe(61);
  const all = upTo(60).filter((number) => number !== 3 && number !== 5);
  expect([...peer.articles.keys()]).toEqual(numbered(group, ...all, 3, 61));
  await expect.poll(() => one.status.backlog).toBe(0);
  peer.answering = () => '400 no';
  group.comesBack(5);
  group.high = 62;
  await expect.poll(() => one.status.state).toBe('away');
  await one.close();
  expect(group.sent).toBe(61);
  peer.answering = () => undefined;
  feed(peer, [group]);
  await expect.poll(() => group.sent).toBe(62);
  expect([...peer.articles.keys()]).toEqual(numbered(group, ...all, 3, 61, 5, 62));
});

test('what comes back from before the peer’s beginning is not sent', async () => {
  const { peer, group } = await open();
  group.high = 9;
  group.gone.add(3);
  feed(peer, [group], { from: 'now' });
  await expect.poll(() => group.sent).toBe(9);
  group.comesBack(3);
  group.high = 10;
  await expect.poll(() => group.sent).toBe(10);
  expect([...peer.articles.keys()]).toEqual(numbered(group, 10));
});

test('what the high mark tells of, and is not there yet, is not skipped', async () => {
  const { peer, group } = await open();
  group.high = 5;
  for (const number of [4, 5]) group.gone.add(number);
  feed(peer, [group]);
  await expect.poll(() => peer.articles.has(group.id(3))).toBe(true);
  group.gone.clear();
  await expect.poll(() => group.sent).toBe(5);
  expect([...peer.articles.keys()]).toEqual(numbered(group, 1, 2, 3, 4, 5));
});

test('ends while the peer keeps it waiting, while nobody answers the call, and while a text does not come', async () => {
  const { peer, group } = await open();
  group.high = 3;
  const asked = Promise.withResolvers<void>();
  peer.answering = () => {
    asked.resolve();
    return 'silence';
  };
  const one = feed(peer, [group], { grace: 1 });
  await asked.promise;
  await one.close();
  const called = Promise.withResolvers<void>();
  const dumb = await tcpServer(() => called.resolve());
  onTestFinished(() => dumb.close());
  const address = { host: '127.0.0.1', port: dumb.port, tls: false, user: '', password: '' };
  const two = feed(peer, [group], { grace: 1, address });
  await called.promise;
  await two.close();
  peer.answering = () => undefined;
  group.hangs = true;
  const three = feed(peer, [group], { grace: 1 });
  await group.isWaitedFor.promise;
  await three.close();
  group.hangs = false;
  feed(peer, [group]);
  await expect.poll(() => group.sent).toBe(3);
});

test('what is under way when the feed ends is waited for, and not sent again', async () => {
  const { peer, group } = await open();
  group.high = 200;
  const closed = Promise.withResolvers<void>();
  const one = feed(peer, [group], { grace: 600_000 });
  peer.answering = (command) => {
    if (command === 'TAKETHIS' && peer.articles.size === 100) closed.resolve(one.close());
    return undefined;
  };
  await closed.promise;
  expect(group.sent).toBe(peer.articles.size);
  feed(peer, [group]);
  await expect.poll(() => group.sent).toBe(200);
  const sent = peer.commands.filter((line) => line.startsWith('TAKETHIS'));
  expect(sent).toHaveLength(200);
});

test('over TLS a peer shows a certificate of an authority that is known', async () => {
  const { certificate, key } = tlsFiles('first');
  const files = { key: readFileSync(key), cert: readFileSync(certificate) };
  const peer = await FakePeer.open(files);
  onTestFinished(() => peer.close());
  const group = new Fed('misc.test');
  group.high = 1;
  const address = { ...peer.address, host: 'localhost', tls: true, user: '', password: '' };
  const other = readFileSync(tlsFiles('second').certificate, 'utf8');
  const wrong = feed(peer, [group], { address: { ...address, authorities: other } });
  await expect.poll(() => wrong.status.state === 'away' || (group.sent ?? 0) > 0).toBe(true);
  expect(wrong.status.lastError?.message).toMatch(/certificate/);
  await wrong.close();
  expect(peer.commands).toEqual([]);
  feed(peer, [group], { address: { ...address, authorities: files.cert.toString() } });
  await expect.poll(() => group.sent).toBe(1);
});

test('what a peer sends over TLS is decrypted in pieces', async () => {
  const push = vi.spyOn(Paced.prototype, 'push');
  onTestFinished(() => push.mockRestore());
  const { certificate, key } = tlsFiles('first');
  const cert = readFileSync(certificate, 'utf8');
  const peer = await FakePeer.open({ key: readFileSync(key), cert });
  onTestFinished(() => peer.close());
  const group = new Fed('misc.test');
  group.high = 1;
  peer.answering = (command, id) => (command === 'CHECK' ? `${`238 ${id}\r\n`.repeat(10_000)}400 all that` : undefined);
  const address = { ...peer.address, host: 'localhost', tls: true, user: '', password: '', authorities: cert };
  const one = feed(peer, [group], { address });
  await expect.poll(() => one.status.lastError?.message).toMatch(/an answer to nothing/);
  const sizes = push.mock.calls.map(([chunk]) => (Buffer.isBuffer(chunk) ? chunk.length : 0));
  expect(Math.max(...sizes)).toBe(8 * 1024);
});

test('what another server sends is not sent from here, until it is our turn: then from where that one was', async () => {
  const { peer, group } = await open();
  group.high = 100;
  group.whose = 'elsewhere';
  const one = feed(peer, [group]);
  await expect.poll(() => one.status).toMatchObject({ state: 'elsewhere', backlog: 0, offered: 0 });
  expect(group.sent).toBeUndefined();
  group.places.set('peer', { first: 0, number: 98 });
  group.whose = 1;
  await expect.poll(() => group.sent).toBe(100);
  expect([...peer.articles.keys()]).toEqual(numbered(group, 99, 100));
  expect(one.status).toMatchObject({ state: 'waiting', backlog: 0 });
});

test('in a new turn, what came back below the place while another server sent is looked for', async () => {
  const { peer, group } = await open();
  group.high = 10;
  group.gone.add(3);
  group.whose = 1;
  const one = feed(peer, [group]);
  await expect.poll(() => group.sent).toBe(10);
  await expect.poll(() => one.status.backlog).toBe(0);
  group.whose = 'elsewhere';
  await expect.poll(() => one.status.state).toBe('elsewhere');
  // Known to both servers, and sent by neither: what counts them was never asked here since.
  group.back.add(3);
  group.gone.delete(3);
  group.high = 11;
  group.whose = 2;
  await expect.poll(() => group.sent).toBe(11);
  expect([...peer.articles.keys()].slice(-2)).toEqual(numbered(group, 3, 11));
});

test('who can’t reach a peer, or gets no text for it, lets another server try; and is not away while that one sends', async () => {
  const { peer, group } = await open();
  group.high = 3;
  peer.answering = () => '400 no';
  const one = feed(peer, [group]);
  await expect.poll(() => one.status).toMatchObject({ state: 'away', backlog: 3 });
  expect(group.passed).toBeGreaterThan(0);
  group.whose = 'elsewhere';
  await expect.poll(() => one.status).toMatchObject({ state: 'elsewhere', backlog: 0 });
  peer.answering = () => undefined;
  group.unavailable = true;
  group.passed = 0;
  group.whose = 1;
  const { asked } = group;
  await expect.poll(() => group.asked).toBeGreaterThan(asked + 1);
  expect(group.passed).toBeGreaterThan(0);
  group.unavailable = false;
  await expect.poll(() => group.sent).toBe(3);
  group.passed = 0;
  await one.close();
  expect(group.passed).toBe(1);
});
