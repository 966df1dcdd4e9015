import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the ports that Linux gives to connections: while a server is away, none of them takes its port. */
const FIRST_PORT = 10_000;
/** Tests that run side by side take ports from lanes of their own. */
const LANES = 4;
const PORTS_A_LANE = 5_500;
const PORTS_A_PROCESS = 101;
let asked = 0;

/** A port that nobody listens on, and that this process hands out only once. */
export async function freePort(): Promise<number> {
  const lane = Number(process.env['VITEST_POOL_ID'] ?? 0) % LANES;
  for (let tries = 0; tries < PORTS_A_LANE; tries++) {
    const place = (process.pid * PORTS_A_PROCESS + asked++) % PORTS_A_LANE;
    const port = FIRST_PORT + lane * PORTS_A_LANE + place;
    const server = createServer().listen(port, '127.0.0.1');
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
  throw new Error('no port');
}
