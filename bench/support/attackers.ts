/** Malicious clients. */
import net, { type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import tls from 'node:tls';
import { constants, deflateRawSync } from 'node:zlib';

/** ms after which a client that has not finished hangs up. */
const MOST_MS = 6000;
const UNREAD_MS = 2000;

/** clients of one address: what servers let in by default */
const OF_ONE_ADDRESS = 100;

/** @param n counts the connections of an attack. The well-behaved reader is at 127.0.0.1, attackers are elsewhere. */
function connect(port: number, n: number): Socket {
  const socket = net.connect({
    port,
    host: '127.0.0.1',
    localAddress: `127.0.0.${2 + Math.floor(n / OF_ONE_ADDRESS)}`,
  });
  socket.on('error', () => {});
  return socket;
}

async function ended(sockets: readonly Socket[]): Promise<void> {
  const closed = sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve)));
  await Promise.race([Promise.all(closed), pause(MOST_MS)]);
  for (const socket of sockets) socket.destroy();
}

/** Each says everything, reads and drops whatever comes, and waits for the server to hang up. */
export async function flood(port: number, text: string | Buffer, connections: number): Promise<void> {
  await ended(
    Array.from({ length: connections }, (_, n) => {
      const socket = connect(port, n);
      socket.resume();
      socket.write(text);
      socket.write('QUIT\r\n');
      return socket;
    }),
  );
}

/** Like `flood`, but each sends a text of its own. */
export async function floodEach(port: number, texts: readonly (string | Buffer)[]): Promise<void> {
  await Promise.all(texts.map((text) => flood(port, text, 1)));
}

/** All have connected, a hundred at a time, and been greeted, before they say it in the same moment. */
export async function atOnce(port: number, text: string, connections: number): Promise<void> {
  const sockets: Socket[] = [];
  while (sockets.length < connections) {
    const some = Array.from({ length: OF_ONE_ADDRESS }, (_, n) => connect(port, sockets.length + n));
    const greeted = some.map((socket) => new Promise((go) => socket.once('data', go).once('close', go)));
    await Promise.race([Promise.all(greeted), pause(MOST_MS)]);
    sockets.push(...some);
  }
  for (const socket of sockets) socket.resume().end(text);
  await ended(sockets);
}

/** Each says everything, reads nothing, and is cut off in the end. */
export async function unread(port: number, text: string, connections: number): Promise<void> {
  const sockets = Array.from({ length: connections }, (_, n) => connect(port, n).pause());
  for (const socket of sockets) socket.write(text);
  await pause(UNREAD_MS);
  for (const socket of sockets) socket.resetAndDestroy();
}

/** Each says one octet at a time. */
export async function trickle(port: number, text: string, connections: number): Promise<void> {
  const sockets = Array.from({ length: connections }, (_, n) => connect(port, n).setNoDelay().resume());
  for (const octet of text) {
    for (const socket of sockets) socket.write(octet);
    await pause(1);
  }
  for (const socket of sockets) socket.write('QUIT\r\n');
  await ended(sockets);
}

/** Handshakes, one after the other on each of so many connections at a time, for a while. */
export async function handshakes(port: number, connections: number): Promise<void> {
  const end = performance.now() + UNREAD_MS;
  const one = async () => {
    while (performance.now() < end) {
      const socket = tls.connect({ socket: connect(port, 0), rejectUnauthorized: false });
      socket.on('error', () => {});
      await new Promise((resolve) => socket.once('secureConnect', resolve).once('close', resolve));
      socket.destroy();
    }
  };
  await Promise.all(Array.from({ length: connections }, one));
}

/** So many connections, fifty at a time, each as long as its questions take. */
export async function comeAndGo(port: number, text: string, connections: number): Promise<void> {
  let count = 0;
  const one = async () => {
    while (count < connections) {
      const socket = connect(port, count++).resume();
      socket.end(text);
      await new Promise((resolve) => socket.once('close', resolve));
    }
  };
  await Promise.all(Array.from({ length: 50 }, one));
}

/** After COMPRESS DEFLATE: megabytes of one letter, a thousandth of that on the wire. */
export function bomb(megabytes: number): Buffer {
  const one = deflateRawSync(Buffer.alloc(2 ** 20, 'x'), { finishFlush: constants.Z_FULL_FLUSH });
  return Buffer.concat([Buffer.from('COMPRESS DEFLATE\r\n'), ...Array<Buffer>(megabytes).fill(one)]);
}
