/** The ports: free, ours, or taken by another process. */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { type Address, defaultPort, formatAddress } from '../../config/addresses.ts';
import type { Config } from '../../config/config.ts';
import { listenHost } from '../../wire/address.ts';
import { systemCode } from '../../wire/system-error.ts';
import { firstLine, reached } from './asking.ts';
import { type Finding, fail, ok, reasonOf, warn } from './finding.ts';
import { holderOfFile, listenerOf } from './listener.ts';

export async function* examinePorts(config: Config): AsyncGenerator<Finding> {
  const holder = holderOfFile(join(config.data, 'lock'));
  const own = holder?.pid;
  // A board running alone does not listen for newsreaders.
  const configured = wanted(config).filter(({ setting }) => setting !== 'listen' || holder?.command !== 'board');
  for (const { address, setting } of configured) {
    yield await (config.listen === undefined && setting === 'listen'
      ? examineDefault(own)
      : examinePort(address, setting, own));
  }
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

/** An unconfigured port is never a fault; the finding says what `setting` would run into. */
async function examineUnused(scheme: string, port: number, setting: string): Promise<Finding> {
  const refused = await attempt('::', port);
  if (refused === undefined) return ok(`port ${port} (${scheme}) is not configured, and is free`);
  const who = listenerOf(port);
  const why =
    refused === 'EADDRINUSE' ? `taken${who === undefined ? '' : ` by ${who.shown}`}` : `unavailable (${refused})`;
  return ok(`port ${port} (${scheme}) is not configured, and ${why}: it matters if you want ${setting}`);
}

/** Listens there for a moment. Returns the system's error code, or `undefined` if it worked. */
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

/** Every address that the server would listen on. Port 0 (any) needs no examination. */
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

/** Without the setting: port 119, or 1119 if 119 needs privileges. */
async function examineDefault(own: number | undefined): Promise<Finding> {
  const first = { scheme: 'nntp', host: '::', port: 119 } as const;
  const second = { ...first, port: 1119 };
  const needsPrivileges = (await attempt(first.host, first.port)) === 'EACCES';
  const served = own !== undefined && listenerOf(second.port)?.pid === own;
  return examinePort(needsPrivileges || served ? second : first, 'listen', own);
}

/** @param own process id of the server that has these data open */
async function examinePort(address: Address, setting: string, own: number | undefined): Promise<Finding> {
  const shown = formatAddress(address);
  const refused = await attempt(address.host, address.port);
  switch (refused) {
    case undefined:
      return ok(`${shown} is free`);
    case 'EADDRINUSE':
      return taken(address, setting, own);
    case 'EACCES':
      return fail(
        `${shown} needs privileges that this user does not have`,
        `Give the server CAP_NET_BIND_SERVICE (config/rgtp-nntp.service does), or set ${setting} to a port from 1024 on, such as ${address.port + 1000}.`,
      );
    default:
      return fail(`${shown}: ${refused}`, `Correct ${setting}.`);
  }
}

/** Something listens there: what is it, and is it this very server? */
async function taken(address: Address, setting: string, own: number | undefined): Promise<Finding> {
  const shown = formatAddress(address);
  const who = listenerOf(address.port);
  const by = who === undefined ? '' : ` by ${who.shown}`;
  if (own !== undefined && who?.pid === own) return ok(`${shown} is served${by}: this is the server of these data`);
  const greeting = await greetingOf(address);
  if (greeting?.includes('rgtp-nntp') || who?.shown.includes('rgtp-nntp')) return ok(`${shown} is already served${by}`);
  const says = greeting === undefined ? '' : `; it says "${greeting}"`;
  return warn(
    `${shown} is taken${by}${says}`,
    `If that is not this server, stop it or set ${setting} to another port, such as ${address.port + 1}.`,
  );
}

/** The first line that a listener sends of its own accord, if any. */
async function greetingOf({ host, port }: Address): Promise<string | undefined> {
  const socket = connect({ host: reached(host), port, timeout: 1000 });
  socket.on('timeout', () => socket.destroy());
  try {
    const [chunk] = await Promise.race([once(socket, 'data'), once(socket, 'close').then(() => [])]);
    return (Buffer.isBuffer(chunk) && firstLine(chunk)) || undefined;
  } catch {
    return undefined;
  } finally {
    socket.destroy();
  }
}
