import { afterAll, beforeAll, describe, expect } from 'vitest';
import { Accessible, accessibility } from './accessible.ts';
import { boardPost } from './board-text.ts';
import { present } from './clients.ts';
import { desk, inGroup, typed } from './desk.ts';
import { known } from './known.ts';
import { panHome } from './pan.ts';
import { Person } from './person.ts';
import { highest, newest, newestItem, postsMeanwhile } from './posted.ts';
import { returns } from './returning.ts';
import { expectedArticles } from './sample-board.ts';
import { domain, newsgroup } from './sample-daemon.ts';
import { until } from './until.ts';
import { stored, text, written } from './written.ts';

const signature = 'Ann — Pan';

/** Pan's window and its tables: newsgroups, then articles; columns of the latter. */
const main = /^Pan/;
const GROUPS = 0;
const ARTICLES = 1;
const SUBJECT = 2;
const AUTHOR = 4;
const NEW_HEADERS = 'Get New Headers in Subscribed Groups';

describe.skipIf(!present('Pan', 'pan', 'xdotool', ...accessibility))('Pan', () => {
  const client = known({
    name: 'Pan',
    kind: 'graphical',
    version: 'pan',
    quirks: [
      'Forgets articles older than a month unless the server’s settings say otherwise.',
      'Gives up a task when it finds that the server was restarted: ask again.',
      'Can’t cancel: it looks for the author in Sender, which articles do not have.',
    ],
  });
  const ann = new Person();
  let pan: Accessible;
  let window: string;
  let env: Record<string, string>;

  const board = desk();
  beforeAll(async () => {
    env = panHome(ann, board().daemon.port, [], { name: 'Ann at the back', signature });
    await start();
  });
  afterAll(async () => {
    await pan[Symbol.asyncDispose]();
    ann[Symbol.dispose]();
  });

  async function start(): Promise<void> {
    pan = new Accessible(board().screen, ['pan'], env);
    window = await pan.window(main);
  }

  /** Fetches what is new, and waits until so many articles are unread. */
  async function fetchNew(unread: number): Promise<void> {
    await pan.press(window, 'menu item', NEW_HEADERS);
    await counts(unread);
  }

  async function counts(unread: number): Promise<void> {
    const row = unread === 0 ? newsgroup : `${newsgroup} (${unread})`;
    await pan.rows(window, GROUPS, [0], (rows) => rows.some(([name]) => name === row), `${unread} unread articles`);
  }

  async function markRead(): Promise<void> {
    await pan.select(window, GROUPS, 0, newsgroup);
    await pan.press(window, 'menu item', 'Mark Selected Groups Read');
    await counts(0);
  }

  /** The place of an article in the list. */
  async function find(subject: string): Promise<number> {
    const is = ([each = '']: readonly string[]) => each.replace(/ \(\d+\)$/, '') === subject;
    return (await pan.rows(window, ARTICLES, [SUBJECT], (rows) => rows.some(is), subject)).findIndex(is);
  }

  async function read(subject: string, body: string): Promise<void> {
    await pan.select(window, ARTICLES, SUBJECT, subject);
    await pan.press(window, 'menu item', 'Read Article');
    await pan.texts(window, (texts) => texts.some((each) => each.trimEnd() === body), `the text of ${subject}`);
  }

  client.can(['subscribe', 'list', 'read'], 'subscribes, lists and reads', async () => {
    await pan.press(window, 'menu item', 'Refresh Group List');
    const all = ['Other Groups', newsgroup, `${newsgroup}.edits`, `${newsgroup}.motd`];
    const areAll = (rows: readonly string[][]) => rows.slice(-4).join() === all.join();
    await pan.rows(window, GROUPS, [0], areAll, 'the newsgroups');
    await pan.select(window, GROUPS, 0, newsgroup);
    await pan.press(window, 'menu item', 'Subscribe');
    const isSubscribed = (rows: readonly string[][]) => rows.flat().slice(3, 5).includes(newsgroup);
    await pan.rows(window, GROUPS, [0], isSubscribed, 'the newsgroup among those subscribed');
    await fetchNew(inGroup.length);
    await pan.select(window, GROUPS, 0, newsgroup);
    await pan.press(window, 'menu item', 'Read Group');
    window = await pan.window(/^Pan: sample\.board$/);
    const wanted = [...expectedArticles(newsgroup, domain).values()];
    const rows = await pan.rows(window, ARTICLES, [SUBJECT, AUTHOR], (all) => all.length > 100, 'the articles');
    expect(rows.map(([, author]) => author)).toContain('«Guillemets» <mq1@trin>');
    const naive = wanted.find((a) => a.messageId === `<O1562243.00000200@${domain}>`);
    await read(naive?.subject ?? '', naive?.body?.replaceAll('\r\n', '\n').trimEnd() ?? '');
    await board().screen.picture('pan-reads');
  });

  client.can('thread', 'shows a thread that is continued in another item', async () => {
    const [item, continuation] = ['Hup: a borrowed ladder', '<b>the second-hand piano</b> & "quotes"'];
    await pan.ask('act', window, ARTICLES, await find(item), SUBJECT);
    const row = await find(continuation);
    expect(await pan.ask('under', window, ARTICLES, row, SUBJECT)).toMatch(/^Hup: a borrowed ladder \(\d+\)$/);
    await board().screen.picture('pan-thread');
  });

  client.can('follow', 'sees what comes while it is open', async () => {
    await markRead();
    await postsMeanwhile(board().daemon, 'While Pan looked on', 'Grüße – “now”.');
    await fetchNew(1);
    await read('While Pan looked on', 'Grüße – “now”.');
    await counts(0);
  });

  client.can(['log in', 'post', 'reply'], 'logs in, posts a new item and a reply', async () => {
    const before = await highest(board().daemon);
    const subject = '“Zażółć” – a naïve café by Pan';
    await pan.press(window, 'menu item', 'Post to Newsgroup');
    const writing = await pan.window(/^Post Article$/);
    // Mail To, Newsgroups, Subject, and the text with its signature
    const [, groups, , body = ''] = await pan.texts(
      writing,
      ([, , , last = '']) => last.includes(signature),
      'the signature',
    );
    expect(groups).toBe(newsgroup);
    expect(body).toMatch(/^\n+-- \nAnn — Pan\n*$/);
    await pan.ask('fill', writing, 2, subject);
    await pan.ask('fill', writing, 3, written('Pan').join('\n'));
    await pan.key(writing, 'ctrl+Return');
    await pan.gone(/^Post Article$/);
    const item = await newestItem(board(), before, { by: ann.userid, subject, who: 'Pan' });

    await fetchNew(1);
    await pan.select(window, ARTICLES, SUBJECT, subject);
    await pan.press(window, 'menu item', 'Read Article');
    await counts(0);
    await pan.press(window, 'menu item', 'Followup to Newsgroup');
    await pan.window(/^Post Article$/);
    const [, , , quoted = ''] = await pan.texts(
      writing,
      ([, , , last = '']) => last.includes(signature),
      'the signature',
    );
    await board().screen.picture('pan-reply');
    await pan.ask('fill', writing, 3, quoted.replace(/\n+-- \n/, `\n\n${typed.join('\n')}\n-- \n`));
    await pan.key(writing, 'ctrl+Return');
    await pan.gone(/^Post Article$/);
    const reply = await newest(board().daemon, item.number);
    expect(reply.subject).toBe(`Re: ${subject}`);
    expect(reply.references).toBe(item.messageId);
    const there = await boardPost(board().rgtp, item.id, reply.headers.get('x-rgtp-sequence') ?? '');
    const quotation = typed.slice(0, -1).map((line) => (/^>|^$/.test(line) ? `>${line}` : `> ${line}`));
    expect(text(there.lines).split('\n')).toEqual(['Ann at the back wrote:', '', ...quotation, '', ...stored('Pan')]);
    await fetchNew(1);
  });

  returns(client, () => board().daemon, {
    markAllRead: markRead,
    // What it was doing when it found nobody there any more is forgotten: it is asked whenever it has nothing to do.
    async findsOne() {
      await until(async () => {
        if ((await pan.names(window, 'push button')).includes('No Tasks')) {
          await pan.press(window, 'menu item', NEW_HEADERS);
        }
        return pan.shows(window, GROUPS, [`${newsgroup} (1)`]);
      }, 'the new article');
    },
  });

  client.can('return', 'has the same marks when it is started again', async () => {
    await pan.press(window, 'menu item', 'Quit');
    await pan.gone(main);
    await pan[Symbol.asyncDispose]();
    await start();
    await counts(1);
  });

  client.can('NNTPS', 'reads over NNTPS', async () => {
    await pan[Symbol.asyncDispose]();
    using other = new Person();
    env = panHome(other, board().tlsPort, [newsgroup], { name: 'Ann', signature, tls: true });
    await start();
    await pan.press(window, 'menu item', NEW_HEADERS);
    const isFetched = ([name = '']: readonly string[]) => /^sample\.board \(3\d+\)$/.test(name);
    await pan.rows(window, GROUPS, [0], (rows) => rows.some(isFetched), 'articles');
  });
});
