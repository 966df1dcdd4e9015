import net from 'node:net';

/** An answer that takes longer never comes; long, because the machine may have much else to do. */
const DEADLINE_MS = 120_000;

/**
 * Connects, sends `pieces`, each in a segment of its own where the system lets it, and takes everything until the
 * server hangs up. @throws Error where it does not hang up
 */
export async function exchange(port: number, pieces: readonly Buffer[]): Promise<Buffer> {
  const socket = net.connect({ port, host: '127.0.0.1', noDelay: true });
  const received: Buffer[] = [];
  socket.on('data', (chunk) => received.push(chunk));
  // A server that ends while we send resets the connection: what it said before counts.
  socket.on('error', () => {});
  const closed = new Promise((resolve) => socket.once('close', resolve));
  const timer = setTimeout(() => socket.destroy(), DEADLINE_MS);
  const begun = performance.now();
  socket.write('');
  for (const piece of pieces) {
    socket.write(piece);
    // Others get their turn, so that the pieces arrive one by one.
    await new Promise(setImmediate);
  }
  socket.end();
  await closed;
  clearTimeout(timer);
  if (performance.now() - begun >= DEADLINE_MS) {
    throw new Error(`the server did not hang up: ${Buffer.concat(received).toString('latin1').slice(-200)}`);
  }
  return Buffer.concat(received);
}
