import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { boardPost } from './board-text.ts';
import { present } from './clients.ts';
import { desk, inGroup, isForeign, root, thread, typed } from './desk.ts';
import { known } from './known.ts';
import { Person } from './person.ts';
import { highest, newest, newestItem, postsMeanwhile } from './posted.ts';
import { returns } from './returning.ts';
import { certificate, newsgroup } from './sample-daemon.ts';
import { Thunderbird } from './thunderbird.ts';
import { type NewsAccount, thunderbirdProfile } from './thunderbird-profile.ts';
import { stored, text } from './written.ts';

const quoted = (line: string): string => (/^>|^$/.test(line) ? `>${line}` : `> ${line}`);

describe.skipIf(!present('Thunderbird', 'thunderbird', 'Xvfb', 'import'))('Thunderbird', () => {
  const client = known({
    name: 'Thunderbird',
    kind: 'graphical',
    version: 'thunderbird',
    quirks: [
      'Has no STARTTLS and no COMPRESS for news.',
      'Sometimes says that the connection was refused when it does not know the certificate.',
      'Offers to cancel only articles whose sender is that of its own account.',
    ],
  });
  const ann = new Person();
  const ed = new Person('ed@rgtp.test');
  let thunderbird: Thunderbird;
  /** how many articles the newsgroup has */
  let total = inGroup.length;

  const board = desk();
  beforeAll(async () => {
    thunderbird = of(ann, { port: board().daemon.port, name: 'Ann at the back' });
    await thunderbird.start();
  });
  afterAll(async () => {
    await thunderbird[Symbol.asyncDispose]();
    for (const person of [ann, ed]) person[Symbol.dispose]();
  });

  function of(person: Person, account: Pick<NewsAccount, 'port' | 'name' | 'tls'>): Thunderbird {
    const profile = thunderbirdProfile(person, { ...account, address: person.userid, signature: 'Ann — Thunderbird' });
    return new Thunderbird(person, board().screen, profile);
  }

  async function markAllRead(): Promise<void> {
    await thunderbird.command('cmd_markAllRead');
    await thunderbird.unread(0);
  }

  client.can(['subscribe', 'list', 'thread'], 'subscribes, and lists a thread that is continued', async () => {
    expect(await thunderbird.subscribe(newsgroup)).toEqual([newsgroup, `${newsgroup}.edits`, `${newsgroup}.motd`]);
    await thunderbird.open(newsgroup, total);
    expect(thread.map(({ kind }) => kind)).toContain('C');
    await thunderbird.select(root);
    const rows = await thunderbird.thread();
    expect(rows.map((row) => row.messageId).toSorted()).toEqual(thread.map((a) => a.messageId).toSorted());
    for (const { messageId, references, subject } of thread) {
      const at = rows.findIndex((row) => row.messageId === messageId);
      const row = rows[at];
      expect(row?.subject.replace(/^Re: /, '')).toBe(subject?.replace(/^Re: /, ''));
      // The nearest row above that is less indented is what it answers, or continues.
      const parent = rows.slice(0, at).findLast(({ level }) => level < (row?.level ?? 0));
      expect(parent?.messageId).toBe(references?.at(-1));
    }
  });

  client.can('read', 'shows names, subjects and texts that are not ASCII', async () => {
    const foreign = thread.filter(({ subject, from, body }) => isForeign(`${subject}${from?.name}${body}`));
    expect(foreign.length).toBeGreaterThan(5);
    for (const { messageId = '', subject, from, body } of foreign) {
      await thunderbird.select(messageId);
      const shown = await thunderbird.shown();
      expect(shown.subject).toBe(subject);
      if (from?.address !== ann.userid) expect(shown.from).toBe(`${from?.name} <${from?.address}>`);
      expect(shown.body).toBe(body?.replaceAll('\r\n', '\n'));
    }
    await board().screen.picture('thunderbird-thread');
  });

  client.can('follow', 'sees what comes while it is open', async () => {
    await markAllRead();
    await postsMeanwhile(board().daemon, 'While Thunderbird looked on', 'Grüße – “now”.');
    await thunderbird.command('cmd_getNewMessages');
    await thunderbird.open(newsgroup, ++total);
    await thunderbird.unread(1);
  });

  client.can(['log in', 'post', 'reply'], 'asks for a login, posts a new item and a reply', async () => {
    const before = await highest(board().daemon);
    const subject = '“Zażółć” – a naïve café by Thunderbird';
    await thunderbird.write('cmd_newMessage', typed.join('\n'), subject);
    await thunderbird.login(ann.userid, ann.secret);
    await thunderbird.sent();
    const item = await newestItem(board(), before, { by: ann.userid, subject, who: 'Thunderbird' });

    await thunderbird.command('cmd_getNewMessages');
    await thunderbird.open(newsgroup, ++total);
    await thunderbird.select(item.messageId);
    await thunderbird.write('cmd_replyGroup', typed.join('\n'));
    await thunderbird.sent();
    const reply = await newest(board().daemon, item.number);
    expect(reply.subject).toBe(`Re: ${subject}`);
    expect(reply.references).toBe(item.messageId);
    const there = await boardPost(board().rgtp, item.id, reply.headers.get('x-rgtp-sequence') ?? '');
    const [attribution, ...rest] = text(there.lines).split('\n');
    expect(attribution).toMatch(/^On .*, Ann at the back wrote:$/);
    // It quotes what stands above the signature, and leaves a line more above its own.
    const mine = stored('Thunderbird');
    expect(rest).toEqual([...typed.map(quoted), ...mine.slice(0, -2), '', ...mine.slice(-2)]);
    await thunderbird.command('cmd_getNewMessages');
    await thunderbird.open(newsgroup, ++total);
    await thunderbird.select(reply.messageId);
    await board().screen.picture('thunderbird-reply');
  });

  client.can('cancel', 'is told that only editors cancel', async () => {
    await thunderbird.command('cmd_cancel');
    expect(await thunderbird.dialog()).toBe('Are you sure you want to cancel this message?');
    await thunderbird.accept();
    expect(await thunderbird.dialog()).toBe(`The board: only editors of ${newsgroup} may do this`);
    await board().screen.picture('thunderbird-no-editor');
    await thunderbird.accept();
    await thunderbird.open(newsgroup, total);
    expect((await thunderbird.shown()).body).toContain('-- \nAnn — Thunderbird');
  });

  returns(client, () => board().daemon, {
    markAllRead,
    async findsOne() {
      await thunderbird.command('cmd_getNewMessages');
      await thunderbird.open(newsgroup, ++total);
      await thunderbird.unread(1);
    },
  });

  client.can(['return', 'log in'], 'has the same marks and the login when it is started again', async () => {
    await thunderbird.quit();
    await thunderbird.start();
    await thunderbird.open(newsgroup, total);
    await thunderbird.unread(1);
    const before = await highest(board().daemon);
    await thunderbird.write('cmd_newMessage', 'No login is asked for.', 'Again');
    await thunderbird.sent();
    expect((await newest(board().daemon, before)).subject).toBe('Again');
    total++;
  });

  client.can(['NNTPS', 'log in', 'post', 'cancel'], 'posts and cancels over NNTPS, as an editor', async () => {
    await using secure = of(ed, { port: board().tlsPort, name: 'Ed the editor', tls: true });
    ed.write('profile/News/board.rc', `${newsgroup}: \n`);
    await secure.start();
    await secure.trust(board().tlsPort, readFileSync(certificate, 'utf8').replace(/-----.*-----|\s/g, ''));
    await secure.open(newsgroup, total);
    const before = await highest(board().daemon);
    await secure.write('cmd_newMessage', 'A slip of the pen.', 'To be cancelled');
    await secure.login(ed.userid, ed.secret);
    await secure.sent();
    const { messageId } = await newest(board().daemon, before);
    await secure.command('cmd_getNewMessages');
    await secure.open(newsgroup, total + 1);
    await secure.select(messageId);
    await secure.command('cmd_cancel');
    expect(await secure.dialog()).toBe('Are you sure you want to cancel this message?');
    await secure.accept();
    await secure.open(newsgroup, total);
    const news = await board().daemon.client();
    expect(await news.ask(`STAT ${messageId}`)).toMatch(/^430/);
    news.quit();
  });
});
