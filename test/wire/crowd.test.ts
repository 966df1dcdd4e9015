import { once } from 'node:events';
import net, { type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import { joinCrowd } from '../../src/wire/crowd.ts';
import { eventLoop } from '../../src/wire/fair-share.ts';
import { stepByStep } from '../support/turns.ts';

const CROWD = 400;
/** the reads after which it is noticed that they take long, and those who are let go on in one round */
const FIRST = 64;
const AT_ONCE = 128;

interface Heard {
  /** by which client, in order */
  readonly from: number[];
  /** how many in each round of the event loop */
  readonly rounds: number[];
  /** who could be read from again, in order, and how many in each round */
  readonly resumed: number[];
  readonly resumptions: number[];
}

/** Connections of a server that takes turns with each chunk. The last client has an address of its own. */
async function connections(): Promise<{
  clients: Socket[];
  sockets: Socket[];
  heard: Heard;
  untilHeard: (count: number) => Promise<void>;
}> {
  const heard: Heard = { from: [], rounds: [], resumed: [], resumptions: [] };
  const sockets: Socket[] = [];
  const server = net.createServer((socket) => {
    const n = sockets.push(socket) - 1;
    const handle: object = Reflect.get(socket, '_handle');
    const readStart: () => unknown = Reflect.get(handle, 'readStart');
    Reflect.set(handle, 'readStart', () => {
      heard.resumed.push(n);
      return readStart.call(handle);
    });
    joinCrowd(socket, n === CROWD ? 'reader' : 'crowd');
    socket.on('data', () => {
      heard.from.push(n);
      eventLoop.run(() => {});
    });
    socket.on('error', () => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  const clients: Socket[] = [];
  while (clients.length <= CROWD) {
    const client = net.connect({ port, host: '127.0.0.1', noDelay: true });
    client.on('error', () => {});
    await Promise.all([once(client, 'connect'), once(server, 'connection')]);
    clients.push(client);
  }
  onTestFinished(() => {
    for (const socket of [...clients, ...sockets]) socket.destroy();
    server.close();
  });
  const untilHeard = async (count: number): Promise<void> => {
    while (heard.from.length < count) {
      const [before, resumedBefore] = [heard.from.length, heard.resumed.length];
      await new Promise((resolve) => setImmediate(resolve));
      heard.rounds.push(heard.from.length - before);
      heard.resumptions.push(heard.resumed.length - resumedBefore);
    }
  };
  return { clients, sockets, heard, untilHeard };
}

test('of a crowd that speaks in the same moment, few are read from in one round, and who is alone waits for none', async () => {
  const { clients, heard, untilHeard } = await connections();
  stepByStep();
  // A busy system may bring it in several moments.
  for (let times = 1; times <= 20 && heard.resumed.length === 0; times++) {
    for (const client of clients) client.write('DATE\r\n');
    await untilHeard(times * clients.length);
  }
  expect(Math.max(...heard.rounds)).toBeLessThanOrEqual(FIRST + AT_ONCE);
  expect(Math.max(...heard.resumptions)).toBeLessThanOrEqual(AT_ONCE);
  expect(new Set(heard.from)).toEqual(new Set(clients.keys()));
  // Two lines, each in turn.
  expect(heard.resumed.slice(0, 2)).toContain(CROWD);
});

test('who waits is read from again each time, and so is who had nothing to say', async () => {
  const { clients, heard, untilHeard } = await connections();
  stepByStep();
  for (let times = 1; times <= 3; times++) {
    for (const client of clients.slice(1)) client.write('DATE\r\n');
    await untilHeard(times * CROWD);
  }
  expect(Math.max(...heard.rounds)).toBeLessThanOrEqual(FIRST + AT_ONCE);
  clients[0]?.write('DATE\r\n');
  await untilHeard(3 * CROWD + 1);
  expect(heard.from.at(-1)).toBe(0);
});

test('one that is closed while it waits is read from no more, and the others are', async () => {
  const { clients, sockets, heard, untilHeard } = await connections();
  stepByStep();
  for (const client of clients) client.write('DATE\r\n');
  await untilHeard(1);
  const gone = sockets.filter((_, n) => !heard.from.includes(n)).slice(0, 100);
  for (const socket of gone) socket.destroy();
  await untilHeard(CROWD + 1 - gone.length);
  expect(new Set(heard.from).size).toBe(CROWD + 1 - gone.length);
});

test('what is no socket is left alone', async () => {
  const stream = new Duplex({ read() {} });
  joinCrowd(stream, 'somebody');
  stepByStep();
  for (let n = 0; n < 200; n++) eventLoop.run(() => {});
  stream.push('still read');
  expect(String((await once(stream, 'data'))[0])).toBe('still read');
});
