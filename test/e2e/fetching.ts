import { expect } from 'vitest';
import { onBoard } from './board-text.ts';
import type { Daemon } from './daemon.ts';
import { inGroup } from './desk.ts';
import type { Known } from './known.ts';
import type { Person } from './person.ts';
import { highest, isThere, newest, postsMeanwhile } from './posted.ts';
import { befalls, newsgroup, TROUBLES } from './sample-daemon.ts';
import { annsHead, stored, subjectOf, written } from './written.ts';

/** A program that fetches articles into files, and sends what is in files. */
interface Fetcher {
  readonly name: string;
  /** Fetches what is new. */
  pull(): Promise<void>;
  /** Every article that was fetched, with LF. */
  fetched(): readonly string[];
  /** Sends an article as somebody: whether it was accepted. */
  send(article: readonly string[], userid?: Person['userid']): Promise<boolean>;
}

/** Tests that it fetches each article once, whatever befalls the server, and that the board has exactly what it sends. */
export function fetchesAndSends(
  client: Known,
  board: () => { readonly daemon: Daemon; readonly rgtp: number },
  { name, pull, fetched, send }: Fetcher,
): void {
  client.can(['list', 'read'], 'fetches every article of a newsgroup, as it is', async () => {
    await pull();
    const all = fetched();
    expect(all.length).toBe(inGroup.length);
    const bodies = new Map(
      all.map((text) => [/^Message-ID: (.*)$/im.exec(text)?.[1], text.slice(text.indexOf('\n\n') + 2)]),
    );
    for (const { messageId, body } of inGroup) {
      if (messageId !== undefined) expect(bodies.has(messageId), messageId).toBe(true);
      if (body !== undefined) expect(bodies.get(messageId), messageId).toBe(body.replaceAll('\r\n', '\n'));
    }
  });

  client.can('follow', 'fetches what has come since, and nothing else', async () => {
    const before = fetched().length;
    await postsMeanwhile(board().daemon, 'Since the last time', 'Neu: «ß».');
    await pull();
    expect(fetched().length).toBe(before + 1);
    expect(fetched().some((text) => text.includes('\n\nNeu: «ß».\n'))).toBe(true);
  });

  client.can(['log in', 'post', 'reply'], 'sends an item and a reply; the board has them exactly', async () => {
    const before = await highest(board().daemon);
    const title = `“Größe”: from ${name}`;
    expect(await send([...annsHead(newsgroup), subjectOf(title), '', ...written(name)])).toBe(true);
    const item = await newest(board().daemon, before);
    const posted = await onBoard(board().rgtp, item.headers);
    expect(posted.heading).toContain(`Subject: ${title}`);
    expect(posted.lines).toEqual(stored(name));

    const references = `References: ${item.messageId}`;
    expect(await send([...annsHead(newsgroup), subjectOf(title, 'Re: '), references, '', ...written('a reply')])).toBe(
      true,
    );
    const reply = await newest(board().daemon, item.number);
    expect(reply.headers.get('x-rgtp-item')).toBe(item.headers.get('x-rgtp-item'));
    expect((await onBoard(board().rgtp, reply.headers)).lines).toEqual(stored('a reply'));
  });

  client.can('cancel', 'cancels, as an editor alone', async () => {
    for (const userid of ['ann@rgtp.test', 'ed@rgtp.test'] as const) {
      const number = await postsMeanwhile(board().daemon, `Regretted by ${userid}`, 'Text.', userid);
      const { messageId } = await newest(board().daemon, number - 1);
      const head = [`From: Somebody <${userid}>`, `Newsgroups: ${newsgroup}`, `Subject: cmsg cancel ${messageId}`];
      const isEditor = userid === 'ed@rgtp.test';
      expect(await send([...head, `Control: cancel ${messageId}`, '', 'Cancelled.'], userid)).toBe(isEditor);
      expect(await isThere(board().daemon, number)).toBe(!isEditor);
    }
  });

  for (const trouble of TROUBLES) {
    client.can('return', `fetches nothing again after the server ${trouble}`, async () => {
      await pull();
      const before = fetched().length;
      await befalls(board().daemon, trouble, await highest(board().daemon));
      await pull();
      expect(fetched().length).toBe(before);
      await postsMeanwhile(board().daemon, `After it ${trouble}`, 'Text.');
      await pull();
      expect(fetched().length).toBe(before + 1);
      expect(fetched().filter((text) => text.includes(`Subject: After it ${trouble}\n`)).length).toBe(1);
    });
  }
}
