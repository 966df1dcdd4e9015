/** A remote board: address, connection, greeting, login, clock, and pipelining. */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { performance } from 'node:perf_hooks';
import { formatAddress } from '../../config/addresses.ts';
import type { BoardConfig } from '../../config/config.ts';
import { RgtpConnection } from '../../rgtp/client/connection.ts';
import { RgtpError } from '../../rgtp/errors.ts';
import { motdFieldOrder } from '../../rgtp/motd.ts';
import { silent } from '../../wire/log.ts';
import { boardClient } from '../board-client.ts';
import { type Finding, fail, ok, reasonOf, warn } from './finding.ts';
import { levels } from './login.ts';

export async function* examineBoard(board: BoardConfig): AsyncGenerator<Finding> {
  const { newsgroup } = board;
  if (board.rgtp === 'embedded') {
    yield ok(`${newsgroup}: embedded`);
    return;
  }
  const { host } = board.rgtp;
  const where = `${newsgroup} at ${formatAddress(board.rgtp)}`;
  if (isIP(host) === 0) {
    try {
      const found = await lookup(host, { all: true });
      yield ok(`${host} is ${found.map(({ address }) => address).join(', ')}`);
    } catch (error) {
      yield fail(`${where}: ${host} has no address: ${reasonOf(error)}`, 'Correct boards[n].rgtp, or the DNS.');
      return;
    }
  }
  let connection: RgtpConnection;
  try {
    connection = await RgtpConnection.open(boardClient(board, silent));
  } catch (error) {
    yield fail(`${where}: ${reasonOf(error)}`, remedyFor(error));
    return;
  }
  try {
    yield* examineConnection(connection, where, board.user === '' ? 'guest' : board.user);
  } catch (error) {
    yield fail(`${where}: ${reasonOf(error)}`, remedyFor(error));
  } finally {
    await connection.close();
  }
}

async function* examineConnection(connection: RgtpConnection, where: string, user: string): AsyncGenerator<Finding> {
  yield ok(`${where} greets: ${connection.banner.replaceAll(/[^ -~]/g, '?').slice(0, 120)}`);
  const login = `${where}: ${user} ${levels[connection.level]}`;
  if (connection.level === 0) {
    yield fail(login, 'Set boards[n].user and its secret: the bridge must be able to read.');
    return;
  }
  yield ok(login);
  yield await examineMotd(connection, where);
  yield await examineClock(connection, where);
  yield await examinePipelining(connection, where);
}

async function examineMotd(connection: RgtpConnection, where: string): Promise<Finding> {
  const motd = await connection.motd();
  if (motd === undefined) return ok(`${where} has no message of the day`);
  const order = motdFieldOrder(connection.banner);
  return ok(`${where}: message of the day of ${dateOf(motd.time)} (fields ${order})`);
}

/** The newest index row carries the board's time. Only a time in the future proves a wrong clock. */
async function examineClock(connection: RgtpConnection, where: string): Promise<Finding> {
  let newest = 0;
  let rows = 0;
  const weekAgo = Math.floor(Date.now() / 1000) - 7 * 86_400;
  await connection.index(
    { time: weekAgo },
    ({ time }) => {
      newest = Math.max(newest, time);
      rows++;
    },
    () => {},
  );
  const ahead = newest - Date.now() / 1000;
  if (ahead > 120) {
    return warn(`${where}: its clock is ${Math.round(ahead)} s ahead of ours`, 'Correct whichever clock is wrong.');
  }
  const last = rows === 0 ? 'nothing new in the last week' : `newest entry of ${dateOf(newest)}`;
  return ok(`${where}: ${last}; its clock is not ahead of ours`);
}

async function examinePipelining(connection: RgtpConnection, where: string): Promise<Finding> {
  const started = performance.now();
  await connection.help();
  const alone = performance.now() - started;
  const again = performance.now();
  await Promise.all(Array.from({ length: 16 }, () => connection.help()));
  const together = performance.now() - again;
  const rate = `one answer in ${alone.toFixed(0)} ms, 16 at once in ${together.toFixed(0)} ms`;
  if (alone > 5 && together > 12 * alone)
    return warn(`${where}: ${rate}`, 'It answers one request at a time, so the first synchronisation will be slow.');
  return ok(`${where}: ${rate}`);
}

function remedyFor(error: unknown): string {
  if (!(error instanceof RgtpError)) return 'Correct boards[n] in the configuration.';
  switch (error.kind) {
    case 'unavailable':
      return 'Is the board running, and does the firewall allow its port? Until then the bridge serves what it has.';
    case 'refused':
      return 'Correct boards[n].user and its secret, or ask an editor of the board.';
    case 'impostor':
      return 'Its proof was wrong: the secret differs, it is another server, or someone is in the middle. Find out which before you go on.';
    default:
      return "Tell the board's operator.";
  }
}

function dateOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 16).replace('T', ' ');
}
