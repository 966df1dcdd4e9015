import { afterAll, beforeAll, expect } from 'vitest';
import { boardPost } from './board-text.ts';
import { desk, inGroup, isForeign, thread, typed } from './desk.ts';
import type { Known } from './known.ts';
import { Person } from './person.ts';
import { gone, highest, isThere, newest, newestItem, postsMeanwhile } from './posted.ts';
import { returns } from './returning.ts';
import { newsgroup } from './sample-daemon.ts';
import type { Sylph, SylphAccount } from './sylph.ts';
import { text, written } from './written.ts';
import type { XServer } from './x-server.ts';

/** Some of these: Sylpheed takes its time to find one. */
const foreign = [
  ...thread.filter(({ from }) => isForeign(from?.name)).slice(0, 3),
  ...thread.filter(({ body }) => isForeign(body)).slice(0, 3),
];

interface Tried<Program extends Sylph> {
  readonly name: string;
  of(person: Person, screen: XServer, account: SylphAccount): Program;
  /** for one that can cancel */
  readonly cancelling?: {
    /** Asks for the open article to be cancelled. */
    cancel(program: Program): Promise<void>;
    /** Waits until it says, or logs, that. */
    isTold(program: Program, why: string): Promise<void>;
  };
}

/** Tests what Sylpheed or its kin can do. */
export function tries<Program extends Sylph>(client: Known, { name, of, cancelling }: Tried<Program>): void {
  const ann = new Person();
  const ed = new Person('ed@rgtp.test');
  let reader: Program;
  /** how many articles the newsgroup has */
  let total = inGroup.length;

  const board = desk();
  beforeAll(async () => {
    reader = of(ann, board().screen, {
      port: board().daemon.port,
      name: 'Ann at the back',
      signature: `Ann — ${name}`,
    });
    await reader.start();
  });
  afterAll(async () => {
    await reader[Symbol.asyncDispose]();
    for (const person of [ann, ed]) person[Symbol.dispose]();
  });

  client.can(['subscribe', 'list', 'thread', 'log in'], 'subscribes, lists a thread that is continued', async () => {
    await reader.subscribe();
    await reader.open();
    await reader.counts(total, total);
    expect(thread.map(({ kind }) => kind)).toContain('C');
    const [{ number, subject = '' } = { number: 0 }] = thread;
    await reader.openArticle(number, subject);
    await reader.shown((shown) => shown.includes(`Subject: ${subject}`), 'the first of the thread');
    await reader.press('menu item', 'Select thread');
    await reader.says(new RegExp(`^${thread.length} item(s|\\(s\\)) selected`));
    await board().screen.picture(`${name}-thread`);
  });

  client.can('read', 'shows names, subjects and texts that are not ASCII', async () => {
    expect(foreign.length).toBe(6);
    for (const { number, subject = '', from, body } of foreign) {
      await reader.openArticle(number, subject.replace('Re: ', ''));
      const end = `\n\n${body?.replaceAll('\r\n', '\n')}`;
      const shown = await reader.shown((all) => all.endsWith(end), `${subject}: ${end}`);
      expect(shown).toContain(`\nSubject: ${subject}\n`);
      expect(shown).toContain(from?.name);
    }
  });

  client.can('follow', 'sees what comes while it is open', async () => {
    await reader.markAllRead(total);
    const subject = `While ${name} looked on`;
    const number = await postsMeanwhile(board().daemon, subject, 'Grüße – “now”.');
    await reader.fetch(1, ++total);
    await reader.openArticle(number, subject);
    await reader.shown((shown) => shown.endsWith('\n\nGrüße – “now”.\n'), 'the new article');
    await reader.counts(0, total);
  });

  client.can(['post', 'reply'], 'posts a new item and a reply', async () => {
    const before = await highest(board().daemon);
    const subject = `“Zażółć” – a naïve café by ${name}`;
    await reader.write('Compose', (empty) => `${typed.join('\n')}\n${empty.trimStart()}`, subject);
    const item = await newestItem(board(), before, { by: ann.userid, subject, who: name });

    await reader.fetch(1, ++total);
    await reader.openArticle(item.number, subject);
    await reader.shown((shown) => shown.includes(`Subject: ${subject}`), 'the new item');
    let quoted: readonly string[] = [];
    await reader.write('Reply', (quoting) => {
      const [above = '', below = ''] = quoting.split(/\n+(?=-- \n)/);
      quoted = above.split('\n');
      return `${above}\n\n${typed.join('\n')}\n${below}`;
    });
    const reply = await newest(board().daemon, item.number);
    expect(reply.subject).toBe(`Re: ${subject}`);
    expect(reply.references).toBe(item.messageId);
    // It quotes what stands above the signature, with blanks behind what was quoted before.
    const quotation = typed.map((line) => `> ${line}`.trimEnd());
    expect(quoted.slice(-typed.length).map((line) => line.trimEnd())).toEqual(quotation);
    const there = await boardPost(board().rgtp, item.id, reply.headers.get('x-rgtp-sequence') ?? '');
    const lines = [...quoted, '', ...typed, ...written(name).slice(-2)].map((line) => line.trimEnd());
    expect(text(there.lines).split('\n')).toEqual(lines);
    await reader.fetch(1, ++total);
    await reader.openArticle(reply.number, subject);
    await reader.shown((shown) => shown.includes(`Subject: Re: ${subject}`), 'the reply');
    await board().screen.picture(`${name}-reply`);
  });

  if (cancelling !== undefined) {
    client.can('cancel', 'is told that only editors cancel', async () => {
      const number = await highest(board().daemon);
      await cancelling.cancel(reader);
      await cancelling.isTold(reader, `441 only editors of ${newsgroup} may do this`);
      expect(await isThere(board().daemon, number)).toBe(true);
    });
  }

  returns(client, () => board().daemon, {
    markAllRead: () => reader.markAllRead(total),
    findsOne: () => reader.fetchAnew(1, ++total),
  });

  client.can('return', 'has the same marks when it is started again', async () => {
    await reader.quit();
    await reader.start();
    await reader.counts(1, total);
  });

  const asEditor = ['NNTPS', 'log in', 'post', ...(cancelling === undefined ? [] : (['cancel'] as const))] as const;
  client.can(asEditor, 'reads, posts, and cancels if it can, over NNTPS, as an editor', async () => {
    await using editor = of(ed, board().screen, {
      port: board().tlsPort,
      name: 'Ed the editor',
      signature: 'Ed',
      tls: true,
    });
    await editor.start();
    await editor.subscribe(true);
    await editor.open();
    await editor.counts(total, total);
    const before = await highest(board().daemon);
    await editor.write('Compose', (empty) => `A slip of the pen.\n${empty}`, 'To be cancelled');
    const { number } = await newest(board().daemon, before);
    await editor.fetch(total + 1, total + 1);
    await editor.openArticle(number, 'To be cancelled');
    await editor.shown((shown) => shown.includes('Subject: To be cancelled'), 'what is to be cancelled');
    if (cancelling === undefined) return;
    await cancelling.cancel(editor);
    await gone(board().daemon, number);
  });
}
