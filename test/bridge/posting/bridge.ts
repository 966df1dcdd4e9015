import { afterEach } from 'vitest';
import { LocalAccounts } from '../../../src/bridge/login/local-accounts.ts';
import { Logins } from '../../../src/bridge/login/logins.ts';
import { RgtpLogin } from '../../../src/bridge/login/rgtp-login.ts';
import { UserPools } from '../../../src/bridge/login/user-pools.ts';
import { Mirror } from '../../../src/bridge/mirror/mirror.ts';
import { PostKind } from '../../../src/bridge/model.ts';
import type { Gate, NewRow, Person } from '../../../src/bridge/ports.ts';
import { ArticlePoster, type ArticlePosterOptions } from '../../../src/bridge/posting/article-poster.ts';
import { BoardPoster } from '../../../src/bridge/posting/board-poster.ts';
import { OwnPostRegister } from '../../../src/bridge/posting/own-posts.ts';
import type { PostedBoard } from '../../../src/bridge/posting/posted-board.ts';
import { RgtpPoster } from '../../../src/bridge/posting/rgtp-poster.ts';
import { BoardView } from '../../../src/bridge/view/board-view.ts';
import type { Peer } from '../../../src/nntp/backend.ts';
import type { ClientOptions } from '../../../src/rgtp/client/options.ts';
import { RgtpPool } from '../../../src/rgtp/client/pool.ts';
import type { Item } from '../../../src/rgtp/item.ts';
import type { Cache } from '../../../src/store/cache.ts';
import type { Permanent } from '../../../src/store/permanent.ts';
import { PermanentFile } from '../../../src/store/permanent-file.ts';
import { SecretBox } from '../../../src/store/secret-box.ts';
import { secrets } from '../../board/boards.ts';
import { article } from '../../news/posting/recorded.ts';
import { mirrorOptions } from '../../support/mirrors.ts';
import { boardOptions } from '../../support/views.ts';

export const NEWSGROUP = 'groggs.test';
const DOMAIN = 'rgtp.test';
export const PEER: Peer = { address: '192.0.2.1', port: 1, connection: 'test' };

export interface BridgeOptions {
  readonly permanent?: Permanent;
  /** default: in memory */
  readonly cache?: Cache;
  readonly grace?: number;
  /** monotonic, ms */
  readonly clock?: () => number;
  readonly size?: number;
  readonly board?: Partial<PostedBoard>;
  readonly poster?: Partial<ArticlePosterOptions>;
  readonly posting?: boolean;
  readonly client?: Partial<ClientOptions>;
  /** it will be killed: closing would wait for what never ends */
  readonly mortal?: boolean;
  /** Called before rows are shown, when the poster has no objection. */
  readonly onPublish?: (rows: readonly NewRow[], own: OwnPostRegister) => void;
}

const open: { close(): Promise<void> | void }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

interface Entry {
  readonly type: string;
  readonly sequence: number;
  readonly itemId: string | undefined;
  readonly subject: string | undefined;
  readonly userid: string | undefined;
}

/** By kind, as in the index; withdrawals and edits of the index have no row there. */
const TYPES = ['', 'I', 'R', 'C', 'E', 'M', '', ''];

/** The posting half of a bridge in front of one board. Closed after the test. */
export class TestBridge {
  readonly permanent: Permanent;
  readonly own = new OwnPostRegister();
  readonly model: Mirror;
  readonly view: BoardView;
  readonly logins: Logins;
  readonly pools: UserPools;
  readonly accounts: LocalAccounts;
  readonly reader: RgtpPool;
  readonly boardPoster: BoardPoster;
  readonly poster: ArticlePoster;

  static async open(port: number, options: BridgeOptions = {}): Promise<TestBridge> {
    const permanent = options.permanent ?? PermanentFile.open(':memory:');
    const client: ClientOptions = { host: '127.0.0.1', port, ...options.client };
    const reader = new RgtpPool({ ...client, size: 2, retry: 20 });
    const own = new OwnPostRegister();
    const { cache } = options;
    const { mirror: model, gate } = await Mirror.behind(
      mirrorOptions(reader, { permanent, background: false, ...(cache && { cache }) }),
      async (known) => {
        const boardPoster = await BoardPoster.open({
          ...{ newsgroup: NEWSGROUP, model: known, permanent, reader, own, grace: options.grace ?? 20 },
          ...(options.clock && { clock: options.clock }),
        });
        const beforePublish: Gate['beforePublish'] = (rows) => boardPoster.beforePublish(rows);
        const numbered: Gate['numbered'] = async (rows) => {
          const shown = [...rows];
          await boardPoster.numbered(shown);
          options.onPublish?.(shown, own);
        };
        return { boardPoster, beforePublish, numbered };
      },
    );
    const { boardPoster } = gate;
    const bridge = new TestBridge(client, options, { permanent, reader, own, model, boardPoster });
    if (!options.mortal) open.push(bridge);
    await model.refresh().catch(() => {});
    return bridge;
  }

  private constructor(
    client: ClientOptions,
    options: BridgeOptions,
    parts: Pick<TestBridge, 'permanent' | 'reader' | 'own' | 'model' | 'boardPoster'>,
  ) {
    this.permanent = parts.permanent;
    this.reader = parts.reader;
    this.own = parts.own;
    this.model = parts.model;
    this.boardPoster = parts.boardPoster;
    const shown = { ...boardOptions, newsgroup: NEWSGROUP, domain: DOMAIN };
    this.view = new BoardView({ model: this.model, options: shown, own: this.own });
    this.accounts = new LocalAccounts(this.permanent, SecretBox.temporary, { ln: 4, r: 8, p: 1 });
    this.pools = new UserPools({ board: client, size: options.size ?? 2, maxUsers: 10, idle: 60_000 });
    const login = new RgtpLogin({
      name: 'test',
      newsgroup: NEWSGROUP,
      guests: 'read',
      posting: options.posting ?? true,
      accounts: this.accounts,
      pools: this.pools,
    });
    this.logins = new Logins([login]);
    const board = { newsgroup: NEWSGROUP, charset: 'auto', grogname: '', ...options.board } as const;
    const { model, view, boardPoster: submitter } = this;
    this.poster = new ArticlePoster({
      boards: [
        {
          login,
          view,
          poster: new RgtpPoster({ domain: DOMAIN, ...board }, { model, index: view, own: this.own, login, submitter }),
        },
      ],
      logins: this.logins,
      domain: 'news.example.net',
      ...options.poster,
    });
  }

  ann(): Promise<Person> {
    return this.logins.login('ann@rgtp.test', secrets.ann.toString('hex'), PEER);
  }

  ed(): Promise<Person> {
    return this.logins.login('ed@rgtp.test', secrets.ed.toString('hex'), PEER);
  }

  post(person: Person | undefined, lines: readonly string[], suggested?: string): Promise<string> {
    return this.poster.post(article(lines), { person, peer: PEER, suggested, feed: false });
  }

  item(id: string): Promise<Item> {
    return this.reader.use((connection) => connection.item(id));
  }

  /** The posts that are there, as the index has them. */
  get entries(): readonly Entry[] {
    const { posts, items, userids } = this.model;
    const rows = Array.from({ length: posts.length }, (_, row) => row).filter(
      (row) => posts.kinds[row] !== PostKind.Gone,
    );
    return rows.map((row) => {
      const item = items[posts.items[row] ?? -1];
      return {
        type: TYPES[posts.kinds[row] ?? 0] ?? '',
        sequence: posts.sequences[row] ?? 0,
        itemId: item?.id,
        subject: item?.subject,
        userid: userids[posts.users[row] ?? -1],
      };
    });
  }

  /** The Message-ID that readers see. */
  idOf(sequence: number): string {
    const number = this.model.posts.numbers[this.model.rowOfSequence(sequence)] ?? 0;
    return this.view.groups[0]?.messageId(number) ?? '';
  }

  /** The bridge is gone; what it had in its store stays. */
  async close(): Promise<void> {
    this.boardPoster.close();
    await this.model.close();
    await this.pools.close();
    await this.reader.close();
  }
}

/** An article's lines. */
export function draft(headers: Readonly<Record<string, string>>, ...text: readonly string[]): string[] {
  const all = { From: 'Ann Example <ann@example.net>', Newsgroups: NEWSGROUP, Subject: 'A subject', ...headers };
  return [...Object.entries(all).map(([name, value]) => `${name}: ${value}`), '', ...text];
}
