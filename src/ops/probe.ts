/** The container's health check: asks the running server and exits 0 or 1. Needs no shell. */
import { loadConfig } from '../config/load.ts';

const { RGTP_NNTP_HTTP_LISTEN = '', RGTP_NNTP_CONFIG: file } = process.env;
// Read the file only if needed: a mistake in it must not make a running server look unhealthy.
const { http } = loadConfig(
  RGTP_NNTP_HTTP_LISTEN === '' ? { environment: process.env, file } : { environment: { RGTP_NNTP_HTTP_LISTEN } },
);
if (http.listen === undefined) process.exit(0);
const { host, port } = http.listen;
// By number, because a container may not resolve localhost. `::` accepts IPv4, too.
const here = host === '::' || host === '0.0.0.0' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
const ok = await fetch(`http://${here}:${port}/healthz`, { signal: AbortSignal.timeout(4000) }).then(
  (response) => response.ok,
  () => false,
);
process.exit(ok ? 0 : 1);
