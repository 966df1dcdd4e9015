/** The ports: free, ours, or taken by another process. */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { type Address, defaultPort, formatAddress } from '../../config/addresses.ts';
import type { Config } from '../../config/config.ts';
import { listenHost } from '../../wire/address.ts';
import { systemCode } from '../failure.ts';
import { type Finding, fail, ok, reasonOf, warn } from './finding.ts';
import { listenerOf } from './listener.ts';

export async function* examinePorts(config: Config): AsyncGenerator<Finding> {
  const configured = wanted(config);
  for (const { address, setting } of configured) yield await examinePort(address, setting);
  for (const { scheme, setting } of standard) {
    const port = defaultPort[scheme];
    if (!configured.some(({ address }) => address.port === port)) yield await examineUnused(scheme, port, setting);
  }
}

/** The protocols' standard ports, and the setting that would use each. */
const standard = [
  { scheme: 'nntp', setting: 'listen' },
  { scheme: 'nntps', setting: 'listen and tls' },
  { scheme: 'rgtp', setting: 'embedded.listen' },
  { scheme: 'ident', setting: 'ident.responder' },
] as const;

/** An unconfigured port is never a fault; the finding tells what `setting` would meet. */
async function examineUnused(scheme: string, port: number, setting: string): Promise<Finding> {
  const refused = await attempt('::', port);
  if (refused === undefined) return ok(`port ${port} (${scheme}) is not configured, and is free`);
  const who = listenerOf(port);
  const why = refused === 'EADDRINUSE' ? `taken${who === undefined ? '' : ` by ${who}`}` : `unavailable (${refused})`;
  return ok(`port ${port} (${scheme}) is not configured, and ${why}: it matters if you want ${setting}`);
}

/** Listens there for a moment. `undefined`: that worked; else the system's error code. */
async function attempt(host: string, port: number): Promise<string | undefined> {
  const server = createServer();
  try {
    server.listen({ host: listenHost(host), port });
    await once(server, 'listening');
    server.close();
    await once(server, 'close');
    return undefined;
  } catch (error) {
    return systemCode(error) ?? reasonOf(error);
  }
}

/** Every address the server would listen on. Port 0 (any) needs no examination. */
function wanted({ listen, embedded, boards, http, ident }: Config): { address: Address; setting: string }[] {
  const news = listen ?? [{ scheme: 'nntp', host: '::', port: 119 } as const];
  const hasBoard = boards.some(({ rgtp }) => rgtp === 'embedded');
  const others = [
    { address: hasBoard ? embedded.listen : undefined, setting: 'embedded.listen' },
    { address: http.listen, setting: 'http.listen' },
    { address: ident.responder, setting: 'ident.responder' },
  ];
  return [...news.map((address) => ({ address, setting: 'listen' })), ...others].flatMap(({ address, setting }) =>
    address === undefined || address.port === 0 ? [] : [{ address, setting }],
  );
}

async function examinePort(address: Address, setting: string): Promise<Finding> {
  const shown = formatAddress(address);
  const refused = await attempt(address.host, address.port);
  switch (refused) {
    case undefined:
      return ok(`${shown} is free`);
    case 'EADDRINUSE':
      return taken(address, setting);
    case 'EACCES':
      return fail(
        `${shown} needs privileges that this user does not have`,
        `Give the server CAP_NET_BIND_SERVICE (config/rgtp-nntp.service does), or set ${setting} to a port from 1024 on.`,
      );
    default:
      return fail(`${shown}: ${refused}`, `Correct ${setting}.`);
  }
}

/** Something listens there: what, and is it this very server? */
async function taken(address: Address, setting: string): Promise<Finding> {
  const shown = formatAddress(address);
  const who = listenerOf(address.port);
  const by = who === undefined ? '' : ` by ${who}`;
  const greeting = await greetingOf(address);
  if (greeting?.includes('rgtp-nntp') || who?.includes('rgtp-nntp')) return ok(`${shown} is already served${by}`);
  const says = greeting === undefined ? '' : `; it says "${greeting}"`;
  return warn(
    `${shown} is taken${by}${says}`,
    `If that is not this server, stop it or set ${setting} to another port.`,
  );
}

/** The first line that a listener sends unasked; `undefined`: none. */
async function greetingOf({ host, port }: Address): Promise<string | undefined> {
  const here = host === '::' || host === '0.0.0.0' ? 'localhost' : host;
  const socket = connect({ host: here, port, timeout: 1000 });
  socket.on('timeout', () => socket.destroy());
  try {
    const [chunk] = await Promise.race([once(socket, 'data'), once(socket, 'close').then(() => [])]);
    const [first = ''] = Buffer.isBuffer(chunk) ? chunk.toString('latin1').split(/\r?\n/) : [];
    return first.replaceAll(/[^ -~]/g, '?').slice(0, 80) || undefined;
  } catch {
    return undefined;
  } finally {
    socket.destroy();
  }
}
