import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

export interface TcpServer {
  readonly host: string;
  readonly port: number;
  /** Takes no more connections. */
  stop(): void;
  /** The same, and ends the connections that are open. */
  close(): Promise<void>;
}

/** Listens on a free port of the loopback interface. A socket that fails is simply closed. */
export async function tcpServer(onSocket: (socket: Socket) => void = () => {}): Promise<TcpServer> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    onSocket(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // Listening on TCP, it has an address with a port.
  const { address, port } = server.address() as AddressInfo;
  return {
    host: address,
    port,
    stop: () => void server.close(),
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
