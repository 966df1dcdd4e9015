import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { onBoard } from './board-text.ts';
import { present } from './clients.ts';
import { known } from './known.ts';
import { Person, withoutOuterBlanks } from './person.ts';
import { gone, highest, isThere, newest, postsMeanwhile } from './posted.ts';
import { befalls, continued, domain, newsgroup, secureDaemon, TROUBLES } from './sample-daemon.ts';
import { serving } from './serving.ts';
import { Terminal } from './terminal.ts';

describe.skipIf(!present('slrn', 'slrn', 'tmux'))('slrn', () => {
  const client = known({
    name: 'slrn',
    kind: 'terminal',
    version: 'slrn',
    quirks: [
      'Counts an article for each number between the marks until the newsgroup has been opened once.',
      'Looks for news on G.',
      'NNTPS as `snews://host:port`, also in `nnrpaccess`; it does not verify the certificate.',
      'Cancels only articles with your own address in From.',
    ],
  });
  const board = serving(async () => {
    const http = await freePort();
    return { http, ...(await secureDaemon({ http: { listen: `http://127.0.0.1:${http}` } })) };
  });

  function slrn(
    person: Person,
    login: boolean,
    read = '',
    address: readonly [string, number?] = ['127.0.0.1', board().daemon.port],
  ): Terminal {
    const [server, port] = address;
    const settings = [
      `set username "${person.userid.replace(/@.*/, '')}"`,
      'set hostname "rgtp.test"',
      'set realname "Ann Reader"',
      'set signature ".signature"',
      `set editor_command "${person.editor} %s"`,
      'set charset "utf-8"',
      'set query_read_group_cutoff 0',
      ...(login ? [`nnrpaccess "${server}" "${person.userid}" "${person.secret}"`] : []),
    ];
    const rc = person.write('.slrnrc', `${settings.join('\n')}\n`);
    person.write('.signature', 'Ann – at the back\n');
    const newsrc = person.write('.jnewsrc', `${newsgroup}: ${read}\n`);
    const where = port === undefined ? ['-h', server] : ['-h', server, '-p', String(port)];
    const command = ['slrn', '-n', ...where, '-f', newsrc, '-i', rc];
    return new Terminal(command, { env: person.environment });
  }

  /** slrn hides newsgroups that have nothing unread. */
  async function allRead(terminal: Terminal): Promise<void> {
    await terminal.shows(/Server: 127\.0\.0\.1[\s\S]*^->/m);
    await terminal.keys('l');
    await terminal.shows(/-> +0 +sample\.board/);
  }

  /** Follows up to the article that is shown. Its editor is not asked what to write. */
  async function followsUp(terminal: Terminal): Promise<void> {
    await terminal.keys('f');
    await terminal.shows(/want to followup\?/);
    await terminal.keys('y');
    await posts(terminal);
  }

  /** What was written goes out. */
  async function posts(terminal: Terminal): Promise<void> {
    await terminal.shows(/Post the message\?/);
    await terminal.keys('y');
    await terminal.shows(/Posting\.\.\.\s*done/);
  }

  client.can(['list', 'read'], 'reads a thread', async () => {
    using person = new Person();
    using terminal = slrn(person, false);
    await terminal.shows(/sample\.board/);
    await terminal.keys('Enter');
    await terminal.shows(/Group: sample\.board/);
    await terminal.keys('s');
    await terminal.shows(/Subject Search/i);
    await terminal.type('Against the second-hand piano');
    await terminal.keys('Enter', 'Enter');
    await terminal.shows(/Subject: .*second-hand piano[\s\S]*It would be simpler to ask the ducks/);
    await terminal.shows(/« Voilà », dit l'élève\./);
    await terminal.keys('q');
    await terminal.shows(/-\*-News Groups/);
    await terminal.keys('q');
    await terminal.shows(/really want to quit/);
    await terminal.keys('y');
    await terminal.ends();
  });

  client.can(['log in', 'post', 'reply'], 'posts a reply and a new item', async () => {
    using person = new Person();
    const before = await highest(board().daemon);
    using terminal = slrn(person, true);
    await terminal.shows(/sample\.board/);
    await terminal.keys('Enter');
    await terminal.shows(/Group: sample\.board/);
    await terminal.keys('s');
    await terminal.shows(/Subject Search/i);
    await terminal.type('Whither the great marmalade debate');
    await terminal.keys('Enter', 'Enter');
    await terminal.shows(/Subject: Whither the great marmalade debate/);
    await followsUp(terminal);
    const reply = await newest(board().daemon, before);
    expect(reply.subject).toBe('Re: Whither the great marmalade debate');
    expect(reply.from).toEqual({ name: 'Ann Reader', address: person.userid });
    expect(reply.references).toBe(`<O1562243.00000200@${domain}>`);
    const replied = withoutOuterBlanks((await onBoard(board().rgtp, reply.headers)).lines);
    expect(replied).toContain('> The café charges £2.50 for a naïve crêpe.');
    expect(replied.slice(-3)).toEqual(['--', 'Ann – at the back', person.typed]);
    expect(replied).toEqual(person.left);

    await terminal.keys('P');
    await terminal.shows(/want to post\?/);
    await terminal.keys('y');
    await terminal.shows(/Newsgroup: sample\.board/);
    await terminal.keys('Enter');
    await terminal.shows(/Subject:\s*$/m);
    await terminal.type('Größe: a new item from slrn');
    await terminal.keys('Enter');
    await posts(terminal);
    const item = await newest(board().daemon, reply.number);
    expect(item.references).toBeUndefined();
    const posted = await onBoard(board().rgtp, item.headers);
    expect(posted.heading).toContain('Subject: Größe: a new item from slrn');
    expect(withoutOuterBlanks(posted.lines)).toEqual(['--', 'Ann – at the back', person.typed]);
  });

  client.can('thread', 'shows a thread that is continued in another item', async () => {
    using person = new Person();
    using terminal = slrn(person, false, '1-2800');
    await terminal.shows(/sample\.board/);
    await terminal.keys('Enter');
    await terminal.shows(/Group: sample\.board/);
    await terminal.keys('s');
    await terminal.shows(/Subject Search/i);
    await terminal.type(continued.continuation.subject ?? '');
    await terminal.keys('Enter');
    // Under the post that it continues.
    await terminal.shows(new RegExp(`[├└]─*>? *${continued.continuation.subject}`));
  });

  client.can('follow', 'sees what has come, when it looks for it', async () => {
    using person = new Person();
    const high = await highest(board().daemon);
    using terminal = slrn(person, false, `1-${high}`);
    await allRead(terminal);
    await postsMeanwhile(board().daemon, 'While slrn looked on', 'Text.');
    await terminal.keys('G');
    // The number of the message of the day counts as one.
    await terminal.shows(/-> +[12] +sample\.board/);
    await terminal.keys('Enter');
    await terminal.shows(/While slrn looked on/);
  });

  client.can('subscribe', 'lists newsgroups, and subscribes', async () => {
    using person = new Person();
    using terminal = slrn(person, false, '1-3200');
    await terminal.shows(/-> +\d+ +sample\.board/);
    await terminal.keys('L');
    await terminal.shows(/List Groups/);
    await terminal.type('*');
    await terminal.keys('Enter');
    await terminal.shows(/->U +\d+ +sample\.board\.motd/);
    await terminal.keys('s');
    await terminal.shows(/^ +\d+ +sample\.board\.motd/m);
    await terminal.keys('q');
    await terminal.shows(/really want to quit/);
    await terminal.keys('y');
    await terminal.ends();
    expect(readFileSync(join(person.home, '.jnewsrc'), 'utf8')).toMatch(/^sample\.board\.motd:/m);
  });

  it('asks for the overview, not for each article', async () => {
    const metrics = await (await fetch(`http://127.0.0.1:${board().http}/metrics`)).text();
    expect(metrics).toMatch(/verb="XOVER"/);
    expect(metrics).not.toMatch(/verb="HEAD"/);
  });

  client.can('reply', 'quotes no signature', async () => {
    using person = new Person();
    const high = await highest(board().daemon);
    const number = await postsMeanwhile(board().daemon, 'The old matter', 'Grüße.\n-- \nAnn Elsewhere');
    using terminal = slrn(person, true, `1-${high}`);
    await terminal.shows(/-> +[12] +sample\.board/);
    await terminal.keys('Enter');
    await terminal.shows(/Group: sample\.board/);
    await terminal.keys('Enter');
    await terminal.shows(/Subject: The old matter/);
    await followsUp(terminal);
    const reply = await newest(board().daemon, number);
    expect(reply.subject).toBe('Re: The old matter');
    expect(reply.body).toContain('> Grüße.');
    expect(reply.body).not.toContain('> Ann Elsewhere');
  });

  /** Opens the one article that is new, and asks for it to be cancelled. */
  async function cancels(terminal: Terminal, subject: string): Promise<void> {
    await terminal.shows(/-> +[12] +sample\.board/);
    await terminal.keys('Enter');
    await terminal.shows(/Group: sample\.board/);
    await terminal.keys('Enter');
    await terminal.shows(new RegExp(`Subject: ${subject}`));
    await terminal.keys('Escape', 'C-c');
    await terminal.shows(/want to cancel this article\?/);
    await terminal.keys('y');
  }

  client.can('cancel', 'cancels, as an editor alone', async () => {
    for (const userid of ['ann@rgtp.test', 'ed@rgtp.test'] as const) {
      using person = new Person(userid);
      const high = await highest(board().daemon);
      const subject = `Regretted by ${userid}`;
      const number = await postsMeanwhile(board().daemon, subject, 'Text.', userid);
      using terminal = slrn(person, true, `1-${high}`);
      await cancels(terminal, subject);
      if (userid === 'ed@rgtp.test') await gone(board().daemon, number);
      else await terminal.shows(/441 only editors of sample\.board/);
      expect(await isThere(board().daemon, number)).toBe(userid === 'ann@rgtp.test');
    }
  });

  client.can('NNTPS', 'logs in, reads and posts over NNTPS', async () => {
    using person = new Person();
    const high = await highest(board().daemon);
    const number = await postsMeanwhile(board().daemon, 'Read over TLS', 'Grüße.');
    using terminal = slrn(person, true, `1-${high}`, [`snews://127.0.0.1:${board().tlsPort}`]);
    await terminal.shows(/-> +[12] +sample\.board/);
    await terminal.keys('Enter');
    await terminal.shows(/Group: sample\.board/);
    await terminal.keys('Enter');
    await terminal.shows(/Subject: Read over TLS[\s\S]*Grüße\./);
    await followsUp(terminal);
    expect((await newest(board().daemon, number)).subject).toBe('Re: Read over TLS');
  });

  for (const trouble of TROUBLES) {
    client.can('return', `shows nothing as unread again after the server ${trouble}`, async () => {
      using person = new Person();
      const high = await highest(board().daemon);
      await befalls(board().daemon, trouble, high);
      using terminal = slrn(person, false, `1-${high}`);
      await allRead(terminal);
    });
  }
});
