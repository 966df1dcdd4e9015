/** The configuration as the rest of the program reads it: defaults that follow from other keys are filled in. */
import { isIP } from 'node:net';
import { hostname, totalmem } from 'node:os';
import type { Written, WrittenBoard } from './schema.ts';

export type BoardConfig = WrittenBoard & {
  readonly name: string;
  readonly newsgroup: string;
  readonly description: string;
  readonly domain: string;
};

export type PeerConfig = Written['peers'][number] & {
  readonly name: string;
  readonly path: string;
};

export type Config = Omit<Written, 'name' | 'boards' | 'peers' | 'cache'> & {
  readonly cache: { readonly memory: number };
  readonly name: string;
  readonly boards: readonly BoardConfig[];
  readonly peers: readonly PeerConfig[];
};

/** Fills in what depends on other keys. The schema's `usually` describes each of these to people. */
export function resolved(written: Written): Config {
  const name = written.name ?? (hostname().replace(/[^A-Za-z0-9._-]/g, '-') || 'localhost');
  return {
    ...written,
    name,
    cache: { memory: written.cache.memory ?? memoryFor(totalmem(), process.constrainedMemory()) },
    boards: written.boards.map(resolvedBoard),
    peers: written.peers.map(resolvedPeer),
    keys: written.keys || written.data,
  };
}

function resolvedPeer(written: Written['peers'][number]): PeerConfig {
  const { host } = written.address;
  return { ...written, name: written.name ?? host, path: written.path ?? host };
}

const MIB = 2 ** 20;
/** of the available memory */
const SHARE = 1 / 32;
/** Small beside a large board's columns: with a million posts, the total is to stay below 300 MB. */
const [LEAST, MOST] = [16 * MIB, 20 * MIB];

/** @param constrained the control group's limit; 0, or more than `total`: none */
export function memoryFor(total: number, constrained: number): number {
  const available = constrained > 0 ? Math.min(total, constrained) : total;
  return Math.min(Math.max(Math.floor(available * SHARE), LEAST), MOST);
}

/** Name and newsgroup follow from each other; with neither the board is `groggs.gossip`. */
function resolvedBoard(written: WrittenBoard): BoardConfig {
  const name = written.name ?? written.newsgroup?.split('.').at(-1)?.replaceAll('+', '-').slice(0, 32) ?? 'gossip';
  const newsgroup = written.newsgroup ?? `groggs.${name}`;
  const description = written.description ?? `The ${name} board`;
  return { ...written, name, newsgroup, description, domain: written.domain ?? domainOf(written, newsgroup) };
}

/** The board's host if it is fully qualified, else the newsgroup under `.invalid` (RFC 2606 §2). */
function domainOf({ rgtp }: WrittenBoard, newsgroup: string): string {
  const host = rgtp === 'embedded' ? '' : rgtp.host.toLowerCase();
  return host.includes('.') && isIP(host) === 0 ? host : `${newsgroup}.invalid`;
}
