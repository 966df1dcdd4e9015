import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

const probe = join(import.meta.dirname, '..', '..', 'src', 'ops', 'probe.ts');
let code: number;
let asked: string[];
let port: number;
const server = createServer((request, response) => {
  asked.push(request.url ?? '');
  response.writeHead(code).end();
});

beforeEach(async () => {
  asked = [];
  code = 200;
  server.listen();
  await once(server, 'listening');
  // A listening TCP server has no other kind of address.
  ({ port } = server.address() as AddressInfo);
});

afterEach(() => server.close());

async function exitCode(environment: NodeJS.ProcessEnv): Promise<unknown> {
  const child = spawn(process.execPath, [probe], { env: environment, stdio: 'ignore' });
  return (await once(child, 'exit'))[0];
}

it.each(['127.0.0.1', '0.0.0.0', '[::]'])('succeeds while a server on %s answers', async (host) => {
  expect(await exitCode({ RGTP_NNTP_HTTP_LISTEN: `http://${host}:${port}` })).toBe(0);
  expect(asked).toEqual(['/healthz']);
});

it('fails when the server says so, or is gone', async () => {
  code = 500;
  const environment = { RGTP_NNTP_HTTP_LISTEN: `http://[::]:${port}` };
  expect(await exitCode(environment)).toBe(1);
  server.close();
  await once(server, 'close');
  expect(await exitCode(environment)).toBe(1);
});

it('needs no configuration file where the environment says where to ask', async () => {
  const RGTP_NNTP_CONFIG = '/nowhere/broken.yaml';
  expect(await exitCode({ RGTP_NNTP_CONFIG, RGTP_NNTP_HTTP_LISTEN: `http://[::]:${port}` })).toBe(0);
  expect(await exitCode({ RGTP_NNTP_CONFIG })).not.toBe(0);
});
