import { afterAll, beforeAll, describe, expect } from 'vitest';
import { accessibility } from './accessible.ts';
import { boardPost } from './board-text.ts';
import { present } from './clients.ts';
import { desk, inGroup, isForeign, thread, typed } from './desk.ts';
import { Evolution } from './evolution.ts';
import type { EvolutionAccount } from './evolution-home.ts';
import { known } from './known.ts';
import { Person } from './person.ts';
import { highest, newest, newestItem, postsMeanwhile } from './posted.ts';
import { returns } from './returning.ts';
import { newsgroup } from './sample-daemon.ts';
import { stored, text } from './written.ts';

const signature = 'Ann — Evolution';

/** Some that are the only ones of their author and subject in the thread, and whose From fits a line. */
const foreign = thread
  .filter(({ subject, from, body }) => {
    const isAlone = thread.filter((a) => a.subject === subject && a.from?.name === from?.name).length === 1;
    return isAlone && (from?.name.length ?? 0) < 40 && isForeign(from?.name) && isForeign(body);
  })
  .slice(0, 2);

describe.skipIf(!present('Evolution', 'evolution', 'xclip', 'xdotool', ...accessibility))('Evolution', () => {
  const client = known({
    name: 'Evolution',
    kind: 'graphical',
    version: 'evolution',
    quirks: [
      'Asks for a password when it is started if its settings name a user.',
      'Finds no news after a start until it has been taken offline and online again.',
      'Posts only if it can send mail, too.',
      'Puts the user name into *Post To* of a reply, and then cannot read its @: write %40.',
      'Can’t cancel: it deletes articles for its own user alone.',
      'Has no COMPRESS.',
    ],
  });
  const ann = new Person();
  let evolution: Evolution;

  const board = desk();
  beforeAll(async () => {
    evolution = of(ann, { port: board().daemon.port, name: 'Ann at the back' });
    await evolution.start();
  });
  afterAll(async () => {
    await evolution[Symbol.asyncDispose]();
    ann[Symbol.dispose]();
  });

  function of(person: Person, account: Omit<EvolutionAccount, 'signature'>): Evolution {
    return new Evolution(person, board().screen, { ...account, signature });
  }

  client.can(['subscribe', 'list', 'log in'], 'subscribes and lists', async () => {
    await evolution.subscribe();
    await evolution.counts(inGroup.length);
  });

  client.can('thread', 'shows each thread as one, and what is continued with its continuations', async () => {
    const isThere = new Set(inGroup.map(({ messageId }) => messageId));
    const first = inGroup.filter(({ references }) => !references?.some((each) => isThere.has(each)));
    expect(first.length).toBeLessThan(inGroup.filter(({ kind }) => kind === 'I' || kind === 'C').length);
    // An overview has blanks for tabs.
    const subjects = first.map(({ subject }) => subject?.replaceAll('\t', ' ')).toSorted();
    expect((await evolution.threads()).toSorted()).toEqual(subjects);
  });

  client.can('read', 'shows names, subjects and texts that are not ASCII', async () => {
    expect(foreign.length).toBe(2);
    for (const { subject = '', from, body = '' } of foreign) {
      await evolution.read({ subject, name: from?.name ?? '' }, body.replaceAll('\r\n', '\n'));
    }
  });

  client.can('follow', 'sees what comes while it is open', async () => {
    await evolution.markAllRead();
    await postsMeanwhile(board().daemon, 'While Evolution looked on', 'Grüße – “now”.');
    await evolution.fetch(1);
    await evolution.read({ subject: 'While Evolution looked on', name: 'Ann Elsewhere' }, 'Grüße – “now”.');
    await evolution.markAllRead();
  });

  client.can(['post', 'reply'], 'posts a new item and a reply', async () => {
    const before = await highest(board().daemon);
    const subject = '“Zażółć” – a naïve café by Evolution';
    await evolution.post(subject, typed.join('\n'));
    const item = await newestItem(board(), before, { by: ann.userid, subject, who: 'Evolution' });

    await evolution.fetch(1);
    await evolution.find({ subject, name: 'Ann at the back' });
    await evolution.reply(`Re: ${subject}`, typed.join('\n'));
    const reply = await newest(board().daemon, item.number);
    expect(reply.subject).toBe(`Re: ${subject}`);
    expect(reply.references).toBe(item.messageId);
    const there = await boardPost(board().rgtp, item.id, reply.headers.get('x-rgtp-sequence') ?? '');
    const [attribution, ...lines] = text(there.lines).split('\n');
    expect(attribution).toMatch(/^On .*, Ann at the back wrote:$/);
    // It writes each level of quotation with a blank.
    const quotation = typed.map((line) => `> ${line.replace('>> ', '> > ')}`.trimEnd());
    expect(lines).toEqual([...quotation, ...stored('Evolution')]);
    await evolution.fetch(1);
  });

  returns(client, () => board().daemon, {
    markAllRead: () => evolution.markAllRead(),
    findsOne: () => evolution.fetch(1),
  });

  client.can('return', 'has the same marks when it is started again', async () => {
    await evolution.quit();
    await evolution.start();
    await evolution.counts(1);
  });

  for (const [feature, security] of [
    ['NNTPS', 'ssl-on-alternate-port'],
    ['STARTTLS', 'starttls-on-standard-port'],
  ] as const) {
    client.can([feature, 'log in', 'post'], `reads and posts over ${feature}`, async () => {
      const port = feature === 'NNTPS' ? board().tlsPort : board().daemon.port;
      using person = new Person('ed@rgtp.test');
      await using secure = of(person, { port, name: 'Ed the editor', security });
      await secure.start();
      await secure.subscribe();
      const news = await board().daemon.client();
      const [, count] = (await news.ask(`GROUP ${newsgroup}`)).split(' ');
      news.quit();
      await secure.counts(Number(count));
      const before = await highest(board().daemon);
      await secure.post(`Over ${feature}`, 'Nobody else reads it.');
      expect((await newest(board().daemon, before)).subject).toBe(`Over ${feature}`);
    });
  }
});
