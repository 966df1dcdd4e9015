import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { freePort } from '../support/free-port.ts';
import type { NntpClient } from '../support/nntp-client.ts';
import { unpackSampleSpool } from '../support/sample-board.ts';
import { Daemon, ownAddress } from './daemon.ts';
import { Inn } from './inn.ts';
import { commandsOfPage, fileOfPage } from './inn-page.ts';
import { NetworkLine } from './network-line.ts';
import { until } from './until.ts';

/** As docs/inn.md has them. */
export const page = {
  newsgroup: 'groggs.gossip',
  bridge: 'news.example.org',
  inn: 'inn.example.net',
  user: 'inn@example.net',
  secret: '0123456789ABCDEF',
} as const;

/**
 * The two servers of docs/inn.md, with its files word for word: a bridge in front of the sample board, and INN. Their names
 * lead to lines that a test can cut.
 */
export class InnAndBridge implements AsyncDisposable {
  readonly daemon: Daemon;
  readonly inn: Inn;
  /** port of the board */
  readonly rgtp: number;
  readonly toInn: NetworkLine;
  readonly toBridge: NetworkLine;

  /** @param fill is awaited before INN can be reached */
  static async open(fill: (rgtp: number) => Promise<void>): Promise<InnAndBridge> {
    const rgtp = await freePort();
    const settings = settingsOf(rgtp);
    const daemon = await Daemon.create(settings);
    const spool = unpackSampleSpool();
    await daemon.command('import', spool);
    rmSync(spool, { recursive: true });
    const account = await daemon.command('board', 'user', 'add', page.user);
    const secret = /^secret +(\w+)$/m.exec(account)?.[1] ?? '';

    // With the names of this machine: INN looks for its own.
    const here = { host: ownAddress(), port: 119 };
    const there = { host: ownAddress(1), port: 119 };
    const hosts = `${readFileSync('/etc/hosts', 'utf8')}\n${here.host} ${page.bridge}\n${there.host} ${page.inn}\n`;
    const file = join(daemon.folder, 'hosts');
    writeFileSync(file, hosts);
    daemon.within = ['unshare', '--mount', 'sh', '-ec', 'mount --bind "$0" /etc/hosts; exec "$@"', file];

    const names = ['incoming.conf', 'newsfeeds', 'innfeed.conf', 'passwd.nntp'];
    const added = Object.fromEntries(
      names.map((name) => [name, fileOfPage(`/etc/news/${name}`).replaceAll(page.secret, secret)]),
    );
    const inn = await Inn.create({ conf: fileOfPage('/etc/news/inn.conf'), added, hosts });
    await inn.start();
    for (const command of commandsOfPage('ctlinnd')) await inn.shell(command);
    const toBridge = await NetworkLine.lay(daemon.port, { ...here, from: there.host });
    await daemon.start();
    await fill(rgtp);
    const toInn = await NetworkLine.lay(inn.port, { ...there, from: here.host });
    return new InnAndBridge({ daemon, inn, rgtp, toInn, toBridge });
  }

  /** Sets more keys of the page's peer, while the bridge runs. */
  async feedWith(keys: object): Promise<void> {
    const { peers, ...settings } = settingsOf(this.rgtp);
    this.daemon.configure({ ...settings, peers: peers.map((peer) => ({ ...peer, ...keys })) });
    const before = reloads(this.daemon);
    process.kill(this.daemon.pid, 'SIGHUP');
    await until(() => reloads(this.daemon) > before, 'the new configuration');
  }

  private constructor(parts: Pick<InnAndBridge, 'daemon' | 'inn' | 'rgtp' | 'toInn' | 'toBridge'>) {
    ({ daemon: this.daemon, inn: this.inn, rgtp: this.rgtp, toInn: this.toInn, toBridge: this.toBridge } = parts);
  }

  /** What the board's newsgroup has on the bridge: Message-ID → References. */
  here(newsgroup?: string): Promise<Map<string, string>> {
    return overview(() => this.daemon.client(), newsgroup);
  }

  /** The same on INN. */
  there(newsgroup?: string): Promise<Map<string, string>> {
    return overview(() => this.inn.client(), newsgroup);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.inn[Symbol.asyncDispose]();
    await this.toInn[Symbol.asyncDispose]();
    await this.toBridge[Symbol.asyncDispose]();
    await this.daemon[Symbol.asyncDispose]();
  }
}

const ofPage = z.looseObject({ peers: z.array(z.looseObject({})) });

function settingsOf(rgtp: number) {
  return {
    name: page.bridge,
    embedded: { listen: `rgtp://127.0.0.1:${rgtp}` },
    http: { listen: 'off' },
    boards: [{ newsgroup: page.newsgroup, domain: page.bridge, rgtp: 'embedded' }],
    ...ofPage.parse(parse(fileOfPage('/etc/rgtp-nntp/rgtp-nntp.yaml'))),
  };
}

function reloads({ output }: Daemon): number {
  return output.split('configuration reloaded').length;
}

/** Nothing while the server is away. Throws where an article is there twice. */
async function overview(
  open: () => Promise<NntpClient>,
  newsgroup: string = page.newsgroup,
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const read = async () => {
    const client = await open();
    const group = await client.ask(`GROUP ${newsgroup}`);
    const lines = /^211 [1-9]/.test(group) ? await client.list('XOVER 1-', '224') : [];
    client.quit();
    return lines;
  };
  for (const line of await read().catch(() => [])) {
    const [, , , , id = '', references = ''] = line.split('\t');
    if (found.has(id)) throw new Error(`${id} is there twice`);
    found.set(id, references);
  }
  return found;
}
