import { afterAll, beforeAll, describe, expect } from 'vitest';
import { accessibility } from './accessible.ts';
import { boardPost } from './board-text.ts';
import { ClawsMail } from './claws-mail.ts';
import { present } from './clients.ts';
import type { Daemon } from './daemon.ts';
import { known } from './known.ts';
import { Person } from './person.ts';
import { gone, highest, isThere, newest, postsMeanwhile } from './posted.ts';
import { returns } from './returning.ts';
import { expectedArticles } from './sample-board.ts';
import { domain, newsgroup, secureDaemon } from './sample-daemon.ts';
import { stored, text, written } from './written.ts';
import { XServer } from './x-server.ts';

const articles = [...expectedArticles(newsgroup, domain)].filter(([, each]) => each.newsgroups.includes(newsgroup));
/** A thread of items continued twice over, with letters beyond ASCII in names and texts. */
const root = `<O0631408.0000000C@${domain}>`;
const thread = articles.filter(([, { messageId, references }]) => messageId === root || references?.includes(root));
const foreign = thread.filter(([, { subject, from, body }]) => /[^\p{ASCII}]/u.test(`${subject}${from?.name}${body}`));
/** What is typed above the signature. */
const typed = written('').slice(0, -2);

describe.skipIf(!present('Claws Mail', 'claws-mail', ...accessibility))('Claws Mail', () => {
  const client = known({
    name: 'Claws Mail',
    kind: 'graphical',
    version: 'claws-mail',
    quirks: [
      'Asks for a password before it reads, where its settings name a user.',
      'Notices only after a minute that the server was restarted; or at once, if it is taken offline and online again.',
      'Tells only its log why an article was not cancelled.',
      'Has no STARTTLS and no COMPRESS for news.',
    ],
  });
  let daemon: Daemon;
  let rgtp: number;
  let tlsPort: number;
  let screen: XServer;
  const ann = new Person();
  const ed = new Person('ed@rgtp.test');
  let claws: ClawsMail;
  /** how many articles the newsgroup has */
  let total = articles.length;

  beforeAll(async () => {
    ({ daemon, rgtp, tlsPort } = await secureDaemon());
    screen = await XServer.start();
    const account = { port: daemon.port, name: 'Ann at the back', signature: 'Ann — Claws Mail' };
    claws = new ClawsMail(ann, screen, newsgroup, account);
    await claws.start();
  });
  afterAll(async () => {
    await claws[Symbol.asyncDispose]();
    await screen[Symbol.asyncDispose]();
    for (const person of [ann, ed]) person[Symbol.dispose]();
    await daemon[Symbol.asyncDispose]();
  });

  client.can(
    ['subscribe', 'list', 'thread', 'log in'],
    'logs in, subscribes, lists a thread that is continued',
    async () => {
      await claws.subscribe();
      await claws.open();
      await claws.counts(total, total);
      expect(thread.map(([, { kind }]) => kind)).toContain('C');
      await claws.open(thread[0]?.[0]);
      await claws.shown((shown) => shown.includes(`Subject: ${thread[0]?.[1].subject}`), 'the first of the thread');
      await claws.press('menu item', 'Select thread');
      await claws.says(new RegExp(`^${thread.length} items selected`));
      await screen.picture('claws-mail-thread');
    },
  );

  client.can('read', 'shows names, subjects and texts that are not ASCII', async () => {
    expect(foreign.length).toBeGreaterThan(5);
    for (const [number, { subject, from, body }] of foreign) {
      await claws.open(number);
      const end = `\n\n${body?.replaceAll('\r\n', '\n')}`;
      const shown = await claws.shown((all) => all.endsWith(end), `${subject}: ${end}`);
      expect(shown).toContain(`\nSubject: ${subject}\n`);
      expect(shown).toContain(from?.name);
    }
  });

  client.can('follow', 'sees what comes while it is open', async () => {
    await claws.markAllRead(total);
    const number = await postsMeanwhile(daemon, 'While Claws Mail looked on', 'Grüße – “now”.');
    await claws.fetch(1, ++total);
    await claws.open(number);
    await claws.shown((shown) => shown.endsWith('\n\nGrüße – “now”.\n'), 'the new article');
    await claws.counts(0, total);
  });

  client.can(['post', 'reply'], 'posts a new item and a reply', async () => {
    const before = await highest(daemon);
    const subject = '“Zażółć” – a naïve café by Claws Mail';
    await claws.write('Compose', (empty) => `${typed.join('\n')}\n${empty.trimStart()}`, subject);
    const item = await newest(daemon, before);
    expect(item.subject).toBe(subject);
    expect(item.from).toEqual({ name: 'Ann at the back', address: ann.userid });
    const id = item.headers.get('x-rgtp-item') ?? '';
    const onBoard = await boardPost(rgtp, id, item.headers.get('x-rgtp-sequence') ?? '');
    expect(text(onBoard.heading)).toContain(`Subject: ${subject}`);
    expect(text(onBoard.lines)).toBe(stored('Claws Mail').join('\n'));

    await claws.fetch(1, ++total);
    await claws.open(item.number);
    await claws.shown((shown) => shown.includes(`Subject: ${subject}`), 'the new item');
    let quoted: readonly string[] = [];
    await claws.write('Reply', (quoting) => {
      const [above = '', below = ''] = quoting.split(/\n+(?=-- \n)/);
      quoted = above.split('\n');
      return `${above}\n\n${typed.join('\n')}\n${below}`;
    });
    const reply = await newest(daemon, item.number);
    expect(reply.subject).toBe(`Re: ${subject}`);
    expect(reply.references).toBe(item.messageId);
    // It quotes what stands above the signature, with blanks behind what was quoted before.
    const quotation = typed.map((line) => `> ${line}`.trimEnd());
    expect(quoted.slice(-typed.length).map((line) => line.trimEnd())).toEqual(quotation);
    const there = await boardPost(rgtp, id, reply.headers.get('x-rgtp-sequence') ?? '');
    const lines = [...quoted, '', ...typed, ...written('Claws Mail').slice(-2)].map((line) => line.trimEnd());
    expect(text(there.lines).split('\n')).toEqual(lines);
    await claws.fetch(1, ++total);
    await claws.open(reply.number);
    await claws.shown((shown) => shown.includes(`Subject: Re: ${subject}`), 'the reply');
    await screen.picture('claws-mail-reply');
  });

  client.can('cancel', 'is told that only editors cancel', async () => {
    const number = await highest(daemon);
    await claws.press('menu item', 'Cancel a news message');
    await claws.logs(`441 only editors of ${newsgroup} may do this`);
    expect(await isThere(daemon, number)).toBe(true);
  });

  returns(client, () => daemon, {
    markAllRead: () => claws.markAllRead(total),
    async findsOne() {
      await claws.reconnect();
      await claws.fetch(1, ++total);
    },
  });

  client.can('return', 'has the same marks when it is started again', async () => {
    await claws.quit();
    await claws.start();
    await claws.counts(1, total);
  });

  client.can(['NNTPS', 'log in', 'post', 'cancel'], 'posts and cancels over NNTPS, as an editor', async () => {
    const account = { port: tlsPort, name: 'Ed the editor', signature: 'Ed', tls: true };
    await using editor = new ClawsMail(ed, screen, newsgroup, account);
    await editor.start();
    await editor.subscribe(() => editor.trust());
    await editor.open();
    await editor.counts(total, total);
    const before = await highest(daemon);
    await editor.write('Compose', (empty) => `A slip of the pen.\n${empty}`, 'To be cancelled');
    const { number } = await newest(daemon, before);
    await editor.fetch(total + 1, total + 1);
    await editor.open(number);
    await editor.shown((shown) => shown.includes('Subject: To be cancelled'), 'what is to be cancelled');
    await editor.press('menu item', 'Cancel a news message');
    await gone(daemon, number);
  });
});
