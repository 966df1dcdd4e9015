import { RgtpConnection } from '../../../src/rgtp/client/connection.ts';
import type { ClientOptions } from '../../../src/rgtp/client/options.ts';
import { type Peer, type ScriptedServer, scriptedServer } from '../../support/scripted-server.ts';

/** A banner that lets anybody do anything: no login to script. */
export const BANNER = '231 Test RGTP server ready';

/** Runs `task` against a server that greets and then follows the script. Errors of both come out. */
export async function withServer(
  script: (peer: Peer) => Promise<unknown>,
  task: (connection: RgtpConnection, server: ScriptedServer) => Promise<void>,
  options: Partial<ClientOptions> & { banner?: string } = {},
): Promise<void> {
  const { banner = BANNER, ...client } = options;
  const server = await scriptedServer(async (peer) => {
    peer.say(banner);
    await script(peer);
  });
  const connection = await RgtpConnection.open({ host: server.host, port: server.port, ...client });
  try {
    await task(connection, server);
  } finally {
    connection.destroy();
    await server.done();
  }
}
