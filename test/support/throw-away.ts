import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../src/config/load.ts';
import { type Item, parseItem } from '../../src/rgtp/item.ts';
import { Service } from '../../src/server/service.ts';
import { decode } from '../../src/wire/charset.ts';
import { silent } from '../../src/wire/log.ts';
import { join as joined, latin1, octets } from '../../src/wire/octets.ts';
import { Dialogue } from '../board/dialogue.ts';
import { NntpClient } from './nntp-client.ts';

export interface Posted {
  /** the answer to the article */
  readonly answer: string;
  /** what the board has, `undefined` where the article was refused */
  readonly article: ReadArticle | undefined;
}

/** A posted article as it is read again. */
export interface ReadArticle {
  readonly messageId: string;
  /** of the headers, undecoded, by lower-case name */
  readonly headers: ReadonlyMap<string, string>;
  /** lines over NNTP */
  readonly body: readonly string[];
  /** lines over RGTP */
  readonly text: readonly string[];
}

/** Everything – embedded board, bridge, NNTP on a socket – with a temporary board, and an editor logged in. */
export class ThrowAway {
  static readonly newsgroup = 'groggs.gossip';
  readonly #service: Service;
  readonly #folder: string;
  readonly client: NntpClient;
  readonly board: Dialogue;
  readonly editor: { readonly userid: string; readonly secret: string };

  /** @param environment further settings, as `RGTP_NNTP_…` */
  static async start(environment: Record<string, string> = {}): Promise<ThrowAway> {
    const folder = mkdtempSync(join(tmpdir(), 'throw-away-'));
    const config = loadConfig({
      environment: {
        RGTP_NNTP_NAME: 'news.example.net',
        RGTP_NNTP_LISTEN: 'nntp://127.0.0.1:0',
        RGTP_NNTP_EMBEDDED_LISTEN: 'rgtp://127.0.0.1:0',
        RGTP_NNTP_HTTP_LISTEN: 'off',
        RGTP_NNTP_DATA: folder,
        RGTP_NNTP_BOARDS_0_NEWSGROUP: ThrowAway.newsgroup,
        ...environment,
      },
    });
    const service = await Service.start(config, { ...silent, setLevel() {} });
    const { made, news, boardAddress } = service.parts;
    if (made === undefined || boardAddress === undefined) throw new Error('no new board');
    const client = await NntpClient.connect(news.server.addresses[0]?.port ?? 0);
    const board = await Dialogue.open(boardAddress.port);
    await board.line();
    await board.prove(made.userid, Buffer.from(made.secret, 'hex'));
    const one = new ThrowAway(service, folder, client, board, made);
    await one.logIn(client);
    return one;
  }

  private constructor(
    service: Service,
    folder: string,
    client: NntpClient,
    board: Dialogue,
    editor: { readonly userid: string; readonly secret: string },
  ) {
    this.#service = service;
    this.#folder = folder;
    this.client = client;
    this.board = board;
    this.editor = editor;
  }

  async logIn(client: NntpClient): Promise<void> {
    await client.ask(`AUTHINFO USER ${this.editor.userid}`);
    const answer = await client.ask(`AUTHINFO PASS ${this.editor.secret}`);
    if (!answer.startsWith('281')) throw new Error(`not logged in: ${answer}`);
  }

  /** Posts an article unchanged, except for its line ends and dots. */
  async post(article: Buffer | string): Promise<Posted> {
    const { client } = this;
    const lines = Buffer.from(article)
      .toString('latin1')
      .replace(/\r?\n$/, '')
      .split(/\r?\n/);
    const stuffed = lines.map((line) => `${line.startsWith('.') ? '.' : ''}${line}\r\n`).join('');
    const cue = await client.ask('POST');
    if (!cue.startsWith('340')) throw new Error(`not allowed to post: ${cue}`);
    client.send(Buffer.from(`${stuffed}.\r\n`, 'latin1'));
    const answer = await client.line();
    const messageId = /^240 .*(<[^>]+>)$/.exec(answer)?.[1];
    return { answer, article: messageId === undefined ? undefined : await this.read(messageId) };
  }

  /** Reads an article over NNTP and its text over RGTP. */
  async read(messageId: string): Promise<ReadArticle> {
    const [status = '', ...lines] = await this.client.askAll(`ARTICLE ${messageId}`);
    if (!status.startsWith('220')) throw new Error(`posted, and not there: ${status}`);
    const end = lines.indexOf('');
    const headers = new Map(
      lines.slice(0, end).map((line) => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
      }),
    );
    return { messageId, headers, body: lines.slice(end + 1), text: await this.#textOf(headers) };
  }

  async #textOf(headers: ReadonlyMap<string, string>): Promise<string[]> {
    const item = await this.item(headers.get('x-rgtp-item') ?? '');
    const sequence = Number.parseInt(headers.get('x-rgtp-sequence') ?? '', 16);
    const lines = item.contributions.find((each) => each.sequence === sequence)?.lines ?? [];
    return decode(joined(lines, octets`\n`), 'auto').split('\n');
  }

  async item(id: string): Promise<Item> {
    const lines = await this.board.list(`ITEM ${id}`);
    return parseItem(id, lines.map(latin1));
  }

  async close(): Promise<void> {
    this.client.close();
    this.board.socket.destroy();
    await this.#service.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
