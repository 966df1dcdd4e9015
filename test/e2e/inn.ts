import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../support/free-port.ts';
import { NntpClient } from '../support/nntp-client.ts';
import { unpackedPackages } from './clients.ts';
import { certificate } from './sample-daemon.ts';
import { Unpacked } from './unpacked.ts';
import { until } from './until.ts';

const usual = `
  mta: "/bin/true %s"
  mailcmd: /bin/true
  pathhost: inn.rgtp-nntp.net
  domain: rgtp-nntp.net
  ovmethod: tradindexed
  hismethod: hisv6
  enableoverview: true
  hiscachesize: 0
  artcutoff: 0
  docancels: none
  nnrpdloadlimit: 0`;
const places = `
  pathnews: /usr/lib/news
  pathetc: /etc/news
  pathspool: /var/spool
  pathdb: /var/spool/db
  pathrun: /var/spool/run
  pathlog: /var/spool/log
  pathincoming: /var/spool/incoming
  pathoutgoing: /var/spool/news/outgoing
  pathtmp: /var/spool/incoming/tmp`;
const paths = [
  'db',
  'run',
  'log',
  'articles',
  'overview',
  'incoming/tmp',
  'incoming/bad',
  'news',
  'news/outgoing',
  'archive',
  'innfeed',
];

/** What else an INN is set up with. */
export interface InnSettings {
  /** lines of inn.conf in place of those that are here */
  readonly conf?: string;
  /** what Debian's files in /etc/news have at their end */
  readonly added?: Readonly<Record<string, string>>;
  /** its /etc/hosts */
  readonly hosts?: string;
}

/** A private INN: innd, which takes articles in, nnrpd, which it starts for readers, and innfeed, if newsfeeds says so. */
export class Inn implements AsyncDisposable {
  readonly #unpacked = new Unpacked();
  #child: ChildProcess | undefined;
  readonly port: number;

  private constructor(port: number) {
    this.port = port;
  }

  static async start(...newsgroups: string[]): Promise<Inn> {
    const inn = await Inn.create({}, newsgroups);
    await inn.start();
    return inn;
  }

  /** Everything that innd needs, but not started. */
  static async create(settings: InnSettings, newsgroups: readonly string[] = []): Promise<Inn> {
    const inn = new Inn(await freePort());
    await inn.#setUp(settings, newsgroups);
    return inn;
  }

  async #setUp({ conf = '', added = {}, hosts }: InnSettings, newsgroups: readonly string[]): Promise<void> {
    const unpacked = this.#unpacked;
    for (const path of ['', 'incoming', ...paths]) unpacked.folder(path);
    const settings = new Map(
      [usual, places, `port: ${this.port}\nbindaddress: 127.0.0.1`, conf].flatMap((text) =>
        Array.from(text.matchAll(/^ *([a-z]+): *(.*)$/gm), ([, key = '', value = '']) => [key, value] as const),
      ),
    );
    unpacked.configure(
      'news/inn.conf',
      Array.from(settings, ([key, value]) => `${key}: ${value}`),
    );
    unpacked.configure('news/newsfeeds', ['ME:!*::', added['newsfeeds'] ?? '']);
    for (const [name, text] of Object.entries(added)) {
      if (name === 'newsfeeds') continue;
      const own = readFileSync(join(unpackedPackages, 'etc/news', name), 'utf8');
      unpacked.configure(`news/${name}`, [own, text]);
    }
    if (hosts !== undefined) unpacked.configure('hosts', [hosts]);
    const groups = ['control n', 'control.cancel n', 'junk n', ...newsgroups.map((name) => `${name} y`)];
    const active = groups.map((line) => line.replace(' ', ' 0000000000 0000000001 '));
    unpacked.file('db/active', `${active.join('\n')}\n`);
    for (const name of ['active.times', 'newsgroups', 'history']) unpacked.file(`db/${name}`, '');
    await run(unpacked, 'sh', '-c', 'cd /var/spool/db && /usr/lib/news/bin/makedbz -i -o');
  }

  async start(): Promise<void> {
    // It has the lock that the next one needs; under systemd, too, it has ended before innd starts again.
    await until(() => this.#innfeed() === undefined, 'innfeed to end');
    const [program, args] = this.#unpacked.inside(...asNews, '/usr/lib/news/bin/innd', '-f');
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += text));
    await until(
      async () => {
        if (child.exitCode !== null) throw new Error(`innd ended with ${child.exitCode}: ${said}`);
        return NntpClient.connect(this.port).then(
          (client) => {
            client.quit();
            return true;
          },
          () => false,
        );
      },
      () => `innd to listen: ${said}`,
    );
  }

  /** The process id of innd. */
  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** innd dies. innfeed, which it started, finishes what it has. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    const ended = once(child, 'exit');
    if (child.exitCode === null && child.signalCode === null && child.kill('SIGKILL')) await ended;
  }

  /** Sends a signal to innfeed, if there is one. */
  signalInnfeed(signal: NodeJS.Signals): void {
    const pid = this.#innfeed();
    if (pid !== undefined) process.kill(pid, signal);
  }

  /** The process id of innfeed, while there is one. */
  #innfeed(): number | undefined {
    try {
      const pid = readFileSync(this.spool('run/innfeed.pid'), 'utf8').trim();
      const [, name, state] = /\((.*)\) (\w)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
      return name === 'innfeed' && state !== 'Z' ? Number(pid) : undefined;
    } catch {
      return undefined;
    }
  }

  /** Runs a shell command to its end as the user news, and returns what it said. */
  shell(command: string): Promise<string> {
    return run(this.#unpacked, 'sh', '-c', command);
  }

  /** A file or folder of its spool. */
  spool(...path: string[]): string {
    return this.#unpacked.spool(...path);
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
    const names = readdirSync(folder).filter((name) => /^\d+$/.test(name));
    const texts = names.map((name) => readFileSync(join(folder, name), 'latin1'));
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
    await this.kill();
    this.signalInnfeed('SIGKILL');
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
