import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { onBoard } from './board-text.ts';
import { present } from './clients.ts';
import type { Daemon } from './daemon.ts';
import { known } from './known.ts';
import { Person } from './person.ts';
import { highest, isThere, newest, postsMeanwhile } from './posted.ts';
import { expectedArticles, sampleBoard } from './sample-board.ts';
import { befalls, domain, newsgroup, secureDaemon, TROUBLES } from './sample-daemon.ts';
import { annsHead, stored, written } from './written.ts';

/** slrnpull fetches news into a spool that slrn reads without a connection, and sends what was written there. */
describe.skipIf(!present('slrnpull', 'slrnpull'))('slrnpull', () => {
  const slrnpull = known({
    name: 'slrnpull',
    kind: 'tool',
    version: 'slrnpull',
    quirks: [
      'Fetches by HEAD and BODY or ARTICLE, one number after the other.',
      'Sends what is in out.going without doubling dots.',
    ],
  });
  const person = new Person();
  const spool = join(person.home, 'spool');
  const group = join(spool, 'news', ...newsgroup.split('.'));
  const outgoing = join(spool, 'out.going');
  let daemon: Daemon;
  let rgtp: number;
  let tlsPort: number;
  beforeAll(async () => {
    ({ daemon, rgtp, tlsPort } = await secureDaemon());
    mkdirSync(outgoing, { recursive: true });
    writeFileSync(join(spool, 'slrnpull.conf'), `default 50 0\n${newsgroup} 0 0\n`);
    login(person.userid);
  });
  afterAll(() => {
    person[Symbol.dispose]();
    return daemon[Symbol.asyncDispose]();
  });

  /** Whom it logs in as. */
  const login = (userid: string) =>
    writeFileSync(join(spool, 'authinfo'), `${userid}\n${sampleBoard.users[userid] ?? ''}\n`);
  const pull = (server = `127.0.0.1:${daemon.port}`) =>
    promisify(execFile)('slrnpull', ['-d', spool, '-h', server], { maxBuffer: 1 << 26 });
  const fetched = () => readdirSync(group).filter((name) => /^\d+$/.test(name));

  slrnpull.can(['list', 'read', 'log in'], 'fetches every article of a newsgroup, as it is', async () => {
    await pull();
    const expected = [...expectedArticles(newsgroup, domain).values()].filter((a) => a.newsgroups.includes(newsgroup));
    expect(fetched().length).toBe(expected.length);
    for (const { number, body, messageId } of expected) {
      const text = readFileSync(join(group, String(number)), 'utf8').replaceAll('\r\n', '\n');
      if (messageId !== undefined) expect(text).toContain(`Message-ID: ${messageId}\n`);
      if (body !== undefined)
        expect(text.slice(text.indexOf('\n\n') + 2), messageId).toBe(body.replaceAll('\r\n', '\n'));
    }
  });

  slrnpull.can('follow', 'fetches what has come since, and nothing else', async () => {
    const before = fetched().length;
    const number = await postsMeanwhile(daemon, 'Since the last pull', 'Neu: «ß».');
    await pull();
    expect(fetched().length).toBe(before + 1);
    expect(readFileSync(join(group, String(number)), 'utf8')).toContain('Neu: «ß».');
  });

  /** Leaves an article in the spool, and lets slrnpull send it. */
  async function send(headers: readonly string[], body: readonly string[]): Promise<void> {
    const text = [...annsHead(newsgroup), ...headers, '', ...body.map((line) => line.replace(/^\./, '..')), ''];
    writeFileSync(join(outgoing, 'X1'), text.join('\n'));
    await pull();
    // What is refused stays, in rejects.
    expect(readdirSync(outgoing, { recursive: true })).toEqual(['rejects']);
  }

  slrnpull.can(['post', 'reply'], 'sends what waits in the spool; the board has it exactly', async () => {
    const before = await highest(daemon);
    const title = '“Größe”: from the spool';
    const subject = (prefix: string) => `Subject: ${prefix}=?utf-8?B?${Buffer.from(title).toString('base64')}?=`;
    await send([subject('')], written('slrnpull'));
    const item = await newest(daemon, before);
    const posted = await onBoard(rgtp, item.headers);
    expect(posted.heading).toContain(`Subject: ${title}`);
    expect(posted.lines).toEqual(stored('slrnpull'));

    await send([subject('Re: '), `References: ${item.messageId}`], written('a reply'));
    const reply = await newest(daemon, item.number);
    expect(reply.headers.get('x-rgtp-item')).toBe(item.headers.get('x-rgtp-item'));
    expect((await onBoard(rgtp, reply.headers)).lines).toEqual(stored('a reply'));
  });

  slrnpull.can('cancel', 'cancels, as an editor alone', async () => {
    for (const userid of ['ann@rgtp.test', 'ed@rgtp.test'] as const) {
      const number = await postsMeanwhile(daemon, `Regretted by ${userid}`, 'Text.', userid);
      const { messageId } = await newest(daemon, number - 1);
      login(userid);
      const head = [`From: Somebody <${userid}>`, `Newsgroups: ${newsgroup}`, `Subject: cmsg cancel ${messageId}`];
      writeFileSync(join(outgoing, 'X1'), [...head, `Control: cancel ${messageId}`, '', 'Cancelled.', ''].join('\n'));
      await pull();
      const mayCancel = userid === 'ed@rgtp.test';
      expect(await isThere(daemon, number)).toBe(!mayCancel);
      expect(readdirSync(join(outgoing, 'rejects')).length).toBe(mayCancel ? 0 : 1);
      rmSync(join(outgoing, 'rejects'), { recursive: true });
    }
    login(person.userid);
  });

  slrnpull.can('NNTPS', 'fetches over NNTPS', async () => {
    await pull();
    const number = await postsMeanwhile(daemon, 'Fetched over TLS', 'Text.');
    await pull(`snews://127.0.0.1:${tlsPort}`);
    expect(fetched()).toContain(String(number));
  });

  for (const trouble of TROUBLES) {
    slrnpull.can('return', `fetches nothing again after the server ${trouble}`, async () => {
      await pull();
      const before = fetched();
      await befalls(daemon, trouble, await highest(daemon));
      await pull();
      expect(fetched()).toEqual(before);
      const number = await postsMeanwhile(daemon, `After it ${trouble}`, 'Text.');
      await pull();
      expect(fetched().length).toBe(before.length + 1);
      expect(fetched()).toContain(String(number));
    });
  }
});
