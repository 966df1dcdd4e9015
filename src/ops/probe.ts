/** The container's health check: asks the running server, exits 0 or 1. Needs no shell. */
import { loadConfig } from '../config/load.ts';

const { http } = loadConfig({ environment: process.env, file: process.env['RGTP_NNTP_CONFIG'] });
if (http.listen === undefined) process.exit(0);
const { host, port } = http.listen;
const here = host === '::' || host === '0.0.0.0' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
const ok = await fetch(`http://${here}:${port}/healthz`, { signal: AbortSignal.timeout(4000) }).then(
  (response) => response.ok,
  () => false,
);
process.exit(ok ? 0 : 1);
