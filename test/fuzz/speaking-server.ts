import { tcpServer } from '../support/tcp-server.ts';
import { pieces } from './pieces.ts';

/** Between what a hostile server sends at once: when a client connects, and after each line of its. */
export const TURN = '\n%%\n';

interface SpeakingServer {
  readonly port: number;
  /** What is said to whoever connects from now on; after the last turn the connection is ended. */
  says(input: Buffer): void;
  close(): Promise<void>;
}

/** A server that sends whatever it was given, a turn at a time, whatever it is asked. */
export async function speakingServer(): Promise<SpeakingServer> {
  let turns: readonly Buffer[] = [];
  const server = await tcpServer((socket) => {
    const queue = [...turns];
    const speak = () => {
      const turn = queue.shift();
      if (turn === undefined) socket.end();
      else for (const piece of pieces(turn)) socket.write(piece);
    };
    // Each line is a turn, logins and texts included.
    socket.on('data', (chunk) => {
      for (const octet of chunk) if (octet === 0x0a) speak();
    });
    speak();
  });
  return {
    port: server.port,
    says(input) {
      turns = input
        .toString('latin1')
        .split(TURN)
        .map((turn) => Buffer.from(turn, 'latin1'));
    },
    close: () => server.close(),
  };
}
