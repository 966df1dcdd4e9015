import { onTestFinished } from 'vitest';
import type { Backend } from '../../src/nntp/backend.ts';
import { NntpServer, type NntpServerOptions } from '../../src/nntp/server.ts';
import { MemoryBackend } from './memory-backend.ts';
import { NntpClient } from './nntp-client.ts';

export { tlsFiles } from './tls-files.ts';

/** A server on a free port that ends with the test. With TLS, its second address is NNTPS. */
export async function serve(
  backend: Backend = new MemoryBackend(),
  options: Partial<NntpServerOptions> = {},
): Promise<{ server: NntpServer; port: number; tlsPort: number; connect: (greeted?: boolean) => Promise<NntpClient> }> {
  const plain = { host: '127.0.0.1', port: 0, tls: false };
  const listen = options.tls ? [plain, { ...plain, tls: true }] : [plain];
  const server = await NntpServer.open({ backend, name: 'news.example.net', listen, ...options });
  onTestFinished(() => server.close(0));
  const [first, second] = server.addresses;
  const port = first?.port ?? 0;
  const connect = async (greeted = true): Promise<NntpClient> => {
    const client = await NntpClient.connect(port, { greeted });
    onTestFinished(() => client.close());
    return client;
  };
  return { server, port, tlsPort: second?.port ?? 0, connect };
}
