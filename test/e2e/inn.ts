import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { NntpClient } from '../support/nntp-client.ts';
import { freePort } from './daemon.ts';
import { certificate } from './sample-daemon.ts';
import { Unpacked } from './unpacked.ts';
import { until } from './until.ts';

const paths = ['db', 'run', 'log', 'articles', 'overview', 'incoming/tmp', 'incoming/bad', 'outgoing', 'archive'];

/** A private INN: innd, which takes articles in, and nnrpd, which it starts for readers. */
export class Inn implements AsyncDisposable {
  readonly #unpacked = new Unpacked();
  readonly #child: ChildProcess;
  readonly port: number;

  private constructor(port: number, unpacked: Unpacked, child: ChildProcess) {
    this.port = port;
    this.#unpacked = unpacked;
    this.#child = child;
  }

  static async start(...newsgroups: string[]): Promise<Inn> {
    const port = await freePort();
    const unpacked = new Unpacked();
    for (const path of ['', 'incoming', ...paths]) unpacked.folder(path);
    unpacked.configure('news/inn.conf', [
      ...['mta: "/bin/true %s"', 'mailcmd: /bin/true', 'pathhost: inn.rgtp-nntp.net', 'domain: rgtp-nntp.net'],
      ...['ovmethod: tradindexed', 'hismethod: hisv6', 'enableoverview: true', 'hiscachesize: 0'],
      ...['artcutoff: 0', 'docancels: none', `port: ${port}`, 'bindaddress: 127.0.0.1'],
      ...['pathnews: /usr/lib/news', 'pathetc: /etc/news', 'pathspool: /var/spool', 'pathdb: /var/spool/db'],
      ...['pathrun: /var/spool/run', 'pathlog: /var/spool/log', 'pathincoming: /var/spool/incoming'],
      ...['pathtmp: /var/spool/incoming/tmp', 'nnrpdloadlimit: 0'],
    ]);
    unpacked.configure('news/newsfeeds', ['ME:!*::']);
    const groups = ['control n', 'control.cancel n', 'junk n', ...newsgroups.map((name) => `${name} y`)];
    const active = groups.map((line) => line.replace(' ', ' 0000000000 0000000001 '));
    unpacked.file('db/active', `${active.join('\n')}\n`);
    for (const name of ['active.times', 'newsgroups', 'history']) unpacked.file(`db/${name}`, '');
    await run(unpacked, 'sh', '-c', 'cd /var/spool/db && /usr/lib/news/bin/makedbz -i -o');
    const [program, args] = unpacked.inside(...asNews, '/usr/lib/news/bin/innd', '-f');
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += text));
    const inn = new Inn(port, unpacked, child);
    await until(
      async () => {
        if (child.exitCode !== null) throw new Error(`innd ended with ${child.exitCode}: ${said}`);
        return NntpClient.connect(port).then(
          (client) => {
            client.quit();
            return true;
          },
          () => false,
        );
      },
      () => `innd to listen: ${said}`,
    );
    return inn;
  }

  /**
   * Fetches from a server (`host:port` and perhaps user and password) what is above the marks, as pullnews.marks has
   * them.
   */
  async pull(server: string, marks: string): Promise<string> {
    this.#unpacked.file('marks', `${server}\n${marks}\n`);
    return this.pullOn();
  }

  /** Fetches what is new since. */
  pullOn(): Promise<string> {
    return run(this.#unpacked, '/usr/lib/news/bin/pullnews', '-s', `127.0.0.1:${this.port}`, '-c', '/var/spool/marks');
  }

  /** Message-ID → the article as it is stored, with octets as characters. */
  stored(newsgroup: string): Map<string, string[]> {
    const folder = this.#unpacked.spool('articles', newsgroup.replaceAll('.', '/'));
    const texts = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'latin1'));
    return new Map(
      texts.map((text) => {
        // In wire format, with the final dot.
        const lines = text.split('\r\n').slice(0, -2);
        const id = lines.find((line) => line.startsWith('Message-ID: '))?.slice(12) ?? '';
        return [id, lines.map((line) => line.replace(/^\.\./, '.'))];
      }),
    );
  }

  /** A reader's connection. */
  async client(): Promise<NntpClient> {
    const client = await NntpClient.connect(this.port, { encoding: 'latin1' });
    const answer = await client.ask('MODE READER');
    if (!answer.startsWith('200')) throw new Error(answer);
    return client;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#child, 'exit');
    if (this.#child.exitCode === null && this.#child.kill('SIGKILL')) await ended;
    this.#unpacked[Symbol.dispose]();
  }
}

const asNews = ['setpriv', '--reuid=news', '--regid=news', '--clear-groups'];

async function run(unpacked: Unpacked, ...command: string[]): Promise<string> {
  const [program, args] = unpacked.inside(...asNews, ...command);
  const env = { ...process.env, SSL_CERT_FILE: certificate };
  const { stdout, stderr } = await promisify(execFile)(program, args, { maxBuffer: 1 << 26, env });
  return stdout + stderr;
}
