/** Health, metrics and the status page, if configured. */
import type { Config } from '../config/config.ts';
import { type HttpOptions, HttpServer } from '../ops/http.ts';
import { listenFailure } from './listening.ts';

export async function openStatusServer(
  { http: { listen, hosts }, name }: Config,
  shown: Omit<HttpOptions, 'host' | 'port' | 'hosts'>,
): Promise<HttpServer | undefined> {
  if (listen === undefined) return undefined;
  try {
    return await HttpServer.open({
      ...shown,
      host: listen.host,
      port: listen.port,
      hosts: [name, listen.host, ...hosts],
    });
  } catch (error) {
    throw listenFailure(error, listen, 'http.listen', 'RGTP_NNTP_HTTP_LISTEN');
  }
}
