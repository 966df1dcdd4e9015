/**
 * An NNTP server in a process of its own, for tests that attack it. Sends its port, and reports its state on each
 * message. Started by `attacked.ts`.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { NntpServer } from '../../src/nntp/server.ts';
import { LargeGroup } from './large-group.ts';
import { MemoryBackend } from './memory-backend.ts';
import { tlsFiles } from './tls-files.ts';

const NANO = 1e6;
const large = new LargeGroup('large', 1_000_000);

class LargeBackend extends MemoryBackend {
  override newsgroups() {
    return [...super.newsgroups(''), large];
  }
  override newsgroup(name: string) {
    return name === large.name ? large : super.newsgroup(name, undefined);
  }
  override find(messageId: string) {
    const number = large.numberOf(messageId);
    return number === undefined ? super.find(messageId, undefined) : { group: large, number };
  }
}

const backend = new LargeBackend();
backend.guest = { read: true, post: true, loginHelps: true };
let commands = 0;
const server = await NntpServer.open({
  backend,
  name: 'attacked',
  listen: [{ host: '127.0.0.1', port: 0, tls: false }],
  tls: tlsFiles('first'),
  limits: { connections: 20_000, connectionsPerAddress: 20_000, loginDelay: 1 },
  observer: { commandFinished: () => void commands++ },
});
const delay = monitorEventLoopDelay({ resolution: 5 });
delay.enable();
process.on('message', (message) => {
  // Twice: memory that buffers hold outside the heap is freed by the second.
  if (message === 'collect') for (let round = 0; round < 2; round++) globalThis.gc?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  process.send?.({
    rss,
    held: heapUsed + external,
    delay: delay.max / NANO,
    connections: server.connections,
    commands,
    pieces: large.pieces,
  });
  delay.reset();
});
process.on('disconnect', () => process.exit());
process.send?.(server.addresses[0]?.port);
