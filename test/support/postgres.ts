/** A PostgreSQL server of one's own, in a folder that goes with it. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { ended } from './ended.ts';

/** Debian has a folder for each version; where it is only unpacked, its folders are below another. */
const HOMES = [
  '/usr/lib/postgresql',
  join(import.meta.dirname, '../../node_modules/.clients/debian/usr/lib/postgresql'),
];

/** its programs */
export const bin = HOMES.filter((home) => existsSync(home))
  .flatMap((home) => readdirSync(home).map((version) => join(home, version, 'bin')))
  .find((folder) => existsSync(join(folder, 'postgres')));

/** Whether there is a PostgreSQL here. A build machine must have one: there this is always true. */
export const hasPostgres = process.env['CI'] !== undefined || bin !== undefined;
if (!hasPostgres) console.warn('PostgreSQL is not installed: tests that need it are skipped');

/** It does not run as root. */
const ordinary = process.geteuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

export class PostgresServer {
  /** how to reach it, with a password in it */
  readonly url: string;
  readonly #base: string;
  readonly #data: string;
  #process: ChildProcess | undefined;

  static async start(...settings: readonly string[]): Promise<PostgresServer> {
    const server = new PostgresServer();
    server.#initialise();
    await server.start(...settings);
    return server;
  }

  private constructor() {
    this.#base = mkdtempSync(join(tmpdir(), 'postgres-'));
    this.#data = join(this.#base, 'data');
    if (ordinary.uid !== undefined) chownSync(this.#base, ordinary.uid, ordinary.gid);
    // No TCP port that somebody else might have.
    this.url = `postgres://postgres@localhost/postgres?host=${this.#base}`;
  }

  /** the folder of its socket */
  get folder(): string {
    return this.#base;
  }

  /** named after the port */
  get socket(): string {
    return join(this.#base, '.s.PGSQL.5432');
  }

  /** After `kill` or `stop`: with what it had. */
  async start(...settings: readonly string[]): Promise<void> {
    for (;;) {
      const said = await this.#started(settings);
      if (said === undefined) return;
      // The children of a server that was killed notice it a moment later.
      if (!said.includes('shared memory block')) throw new Error(said);
      await pause(50);
    }
  }

  /** What it said, where it has ended. */
  async #started(settings: readonly string[]): Promise<string | undefined> {
    const own = ['fsync=off', 'listen_addresses=', `unix_socket_directories=${this.#base}`, ...settings];
    const child = spawn(join(bin ?? '', 'postgres'), ['-D', this.#data, ...own.flatMap((one) => ['-c', one])], {
      ...ordinary,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#process = child;
    let said = '';
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said.includes('ready to accept connections')) resolve(undefined);
    });
    child.once('exit', () => resolve(said));
    return promise;
  }

  /** Ends every session, orderly. */
  stop(): Promise<void> {
    return this.#end('SIGINT');
  }

  /** As a crash does. (Its children notice, and end.) */
  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  /** Copies a file into its data. */
  put(name: string, from: string): void {
    this.write(name, readFileSync(from));
  }

  write(name: string, content: string | Buffer): void {
    const path = join(this.#data, name);
    writeFileSync(path, content, { mode: 0o600 });
    if (ordinary.uid !== undefined) chownSync(path, ordinary.uid, ordinary.gid);
  }

  /** Forgets what bridges have stored. */
  async empty(): Promise<void> {
    const client = new Client(this.url);
    await client.connect();
    await client.query('DROP SCHEMA rgtp_nntp CASCADE');
    await client.end();
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.#base, { recursive: true, force: true });
  }

  #initialise(): void {
    mkdirSync(this.#data, { mode: 0o700 });
    if (ordinary.uid !== undefined) chownSync(this.#data, ordinary.uid, ordinary.gid);
    const args = ['-D', this.#data, '-U', 'postgres', '-E', 'UTF8', '--locale=C.UTF-8', '-A', 'trust', '-N'];
    const { status, error, stderr } = spawnSync(join(bin ?? '', 'initdb'), args, { ...ordinary, encoding: 'utf8' });
    if (status !== 0) throw new Error(`initdb: ${error?.message ?? stderr}`);
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    await ended(this.#process, signal);
  }
}
