/** Defaults that depend on other keys. */
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import type { BoardConfig, Config } from './schema.ts';

/** A board's short name and newsgroup: each follows from the other; with neither it is `groggs.gossip`. */
export function names(board: Pick<BoardConfig, 'name' | 'newsgroup'>): { name: string; newsgroup: string } {
  const name = board.name ?? board.newsgroup?.split('.').at(-1)?.replaceAll('+', '-').slice(0, 32) ?? 'gossip';
  return { name, newsgroup: board.newsgroup ?? `groggs.${name}` };
}

/** Right side of the board's Message-IDs (configured, else the host if fully qualified, else `.invalid`). */
export function domainOf(board: BoardConfig): string {
  if (board.domain !== undefined) return board.domain;
  const host = board.rgtp === 'embedded' ? '' : board.rgtp.host.toLowerCase();
  return host.includes('.') && isIP(host) === 0 ? host : `${names(board).newsgroup}.invalid`;
}

/** This server's name. */
export function serverName(config: Pick<Config, 'name'>): string {
  return config.name ?? (hostname().replace(/[^A-Za-z0-9._-]/g, '-') || 'localhost');
}
