import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { NntpClient } from '../support/nntp-client.ts';
import { Unpacked } from './unpacked.ts';

const folders = ['failed.postings', 'interesting.groups', 'leaf.node', 'message.id', 'out.going', 'temp.files'];
const ids = Array.from({ length: 1000 }, (_, n) => `message.id/${String(n).padStart(3, '0')}`);

/** A private leafnode in front of a bridge. */
export class Leafnode implements AsyncDisposable {
  readonly #unpacked = new Unpacked();
  readonly #upstream: number;
  #server: Server | undefined;

  /** @param user whom it asks the bridge as; without, it is a guest */
  constructor(upstream: number, user?: string, secret = '') {
    this.#upstream = upstream;
    for (const name of ['', ...folders, ...ids]) this.#unpacked.folder(join('news', name));
    this.login(user, secret);
  }

  spool(...path: string[]): string {
    return this.#unpacked.spool('news', ...path);
  }

  /** Runs `command` where it is installed. */
  inside(...command: readonly string[]): [string, string[]] {
    return this.#unpacked.inside(...command);
  }

  /** From now on it asks the bridge as this user. */
  login(user?: string, secret = ''): void {
    const lines = ['server = 127.0.0.1', `port = ${this.#upstream}`];
    if (user !== undefined) lines.push(`username = ${user}`, `password = ${secret}`);
    // It refuses names that are reserved for examples; this one is used for nothing but Message-IDs.
    lines.push('hostname = leaf.rgtp-nntp.net', 'expire = 20000', 'maxage = 20000');
    this.#unpacked.configure('news/leafnode/config', lines);
  }

  subscribe(newsgroup: string): void {
    this.#unpacked.file(join('news/interesting.groups', newsgroup), '');
  }

  /** Posts what was written here, and fetches what is new. @returns what it says */
  async fetch(): Promise<string> {
    const [program, args] = this.#unpacked.inside('fetchnews', '-vv', '-w');
    const { stdout, stderr } = await promisify(execFile)(program, args, { maxBuffer: 1 << 26 });
    return stdout + stderr;
  }

  /** Message-ID → the whole article, of what is stored of a newsgroup. */
  stored(newsgroup: string): Map<string, string> {
    const folder = this.spool(newsgroup.replaceAll('.', '/'));
    const names = readdirSync(folder).filter((name) => /^[0-9]+$/.test(name));
    const texts = names.map((name) => readFileSync(join(folder, name), 'utf8'));
    return new Map(texts.map((text) => [/^Message-ID: (.*)$/im.exec(text)?.[1] ?? '', text]));
  }

  /** A connection to its news server, which inetd would start. */
  async client(): Promise<NntpClient> {
    if (this.#server === undefined) {
      const server = createServer({ pauseOnConnect: true }, (socket) => {
        const [program, args] = this.#unpacked.inside('leafnode');
        spawn(program, args, { stdio: [socket, socket, 'ignore'] });
        socket.destroy();
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      this.#server = server;
    }
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return NntpClient.connect(address.port, { encoding: 'latin1' });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server?.close();
    this.#unpacked[Symbol.dispose]();
  }
}
