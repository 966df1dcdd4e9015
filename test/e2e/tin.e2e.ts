import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { onBoard } from './board-text.ts';
import { present } from './clients.ts';
import { known } from './known.ts';
import { Person, withoutOuterBlanks } from './person.ts';
import { gone, highest, isThere, newest, postsMeanwhile } from './posted.ts';
import { befalls, continued, newsgroup, secureDaemon, TROUBLES } from './sample-daemon.ts';
import { serving } from './serving.ts';
import { Terminal } from './terminal.ts';

describe.skipIf(!present('tin', 'tin', 'tmux'))('tin', () => {
  const client = known({
    name: 'tin',
    kind: 'terminal',
    version: 'tin',
    quirks: [
      'Refuses to begin a post where LIST says `n`.',
      'Posts typographic quotes with `mm_network_charset=UTF-8`, else as ?.',
      'NNTPS with `-T` (`-k`: a certificate that it cannot verify); no STARTTLS, no COMPRESS.',
      'Cancels only articles with your own address in From.',
    ],
  });
  const board = serving(secureDaemon);

  function tin(person: Person, read: string, ...options: string[]): Terminal {
    return tinAt(board().daemon.port, person, read, ...options);
  }

  function tinAt(port: number, person: Person, read: string, ...options: string[]): Terminal {
    mkdirSync(join(person.home, '.tin'));
    person.write(
      '.tin/tinrc',
      `default_editor_format=${person.editor} %F\nmail_address=Ann Reader <${person.userid}>\nmm_network_charset=UTF-8\n`,
    );
    person.write('.newsauth', `127.0.0.1 ${person.secret} ${person.userid}\n`);
    person.write('.newsrc', `${newsgroup}: ${read}\n`);
    person.write('.signature', 'Ann at the back\n');
    const command = ['tin', ...options, '-r', '-p', String(port), '-g', '127.0.0.1'];
    return new Terminal(command, { env: { ...person.environment, NNTPSERVER: '127.0.0.1' } });
  }

  /** Goes to the next line of the list whose subject contains `subject`. */
  async function find(terminal: Terminal, subject: string): Promise<void> {
    await terminal.keys('/');
    await terminal.shows(/Search forwards/);
    await terminal.type(subject);
    await terminal.keys('Enter');
    await terminal.shows(/^(?![\s\S]*Search forwards)/);
  }

  /** Opens the thread whose subject contains `subject`, at its first article. */
  async function open(terminal: Terminal, subject: string): Promise<void> {
    await terminal.shows(/sample\.board\s+The sample board/);
    await terminal.keys('Enter');
    await terminal.shows(/sample\.board \(\d+/);
    await find(terminal, subject);
    await terminal.keys('Enter');
    await terminal.shows(new RegExp(`Thread +\\d+ of[\\s\\S]*${subject}`));
  }

  client.can(['list', 'read'], 'reads a thread', async () => {
    using person = new Person();
    using terminal = tin(person, '');
    await open(terminal, 'the lift in the new building');
    await terminal.shows(/Newsgroups: sample\.board/);
    await terminal.keys('q');
    await terminal.shows(/s=save; t=tag; w=post/);
    await terminal.keys('q');
    await terminal.shows(/Group Selection/);
    await terminal.keys('q');
    await terminal.shows(/really want to quit/);
    await terminal.keys('y');
    await terminal.ends();
  });

  client.can(['log in', 'post', 'reply'], 'posts a reply and a new item', async () => {
    using person = new Person();
    const before = await highest(board().daemon);
    using terminal = tin(person, '', '-A');
    await open(terminal, 'Whither the great marmalade debate');
    await terminal.keys('f');
    await terminal.shows(/p=post/);
    await terminal.keys('p');
    await terminal.shows(/Article posted|Newsgroups: sample\.board/);
    const reply = await newest(board().daemon, before);
    expect(reply.subject).toBe('Re: Whither the great marmalade debate');
    expect(reply.from).toEqual({ name: 'Ann Reader', address: person.userid });
    const replied = withoutOuterBlanks((await onBoard(board().rgtp, reply.headers)).lines);
    expect(replied).toContain('> The café charges £2.50 for a naïve crêpe.');
    expect(replied.slice(-3)).toEqual(['--', 'Ann at the back', person.typed]);
    expect(replied).toEqual(person.left);

    await terminal.shows(/Newsgroups: sample\.board/);
    await terminal.keys('w');
    await terminal.shows(/Post subject/);
    await terminal.type('Größe: a “new” item from tin');
    await terminal.keys('Enter');
    await terminal.shows(/p=post/);
    await terminal.keys('p');
    await terminal.shows(/Article posted|Newsgroups: sample\.board/);
    const item = await newest(board().daemon, reply.number);
    const posted = await onBoard(board().rgtp, item.headers);
    expect(posted.heading).toContain('Subject: Größe: a “new” item from tin');
    expect(withoutOuterBlanks(posted.lines)).toEqual(['--', 'Ann at the back', person.typed]);
    expect(item.references).toBeUndefined();
    // tin takes the id that the 340 line suggests, and it is kept.
    expect(item.messageId).toMatch(/^<[^<>@]+@news\.example>$/);
  });

  client.can('thread', 'shows a thread that is continued in another item', async () => {
    using person = new Person();
    using terminal = tin(person, '1-2800');
    await terminal.shows(/sample\.board\s+The sample board/);
    await terminal.keys('Enter');
    await terminal.shows(/sample\.board \(\d+/);
    await find(terminal, 'The scandal of the last bus');
    await terminal.keys('l');
    await terminal.shows(/List Thread[\s\S]*The scandal of the last bus/);
    const { subject = '' } = continued.continuation;
    await find(terminal, subject);
    await terminal.shows(new RegExp(`[+\`]->${subject}`));
  });

  client.can('subscribe', 'subscribes to a newsgroup', async () => {
    using person = new Person();
    using terminal = tin(person, '1-3210');
    await terminal.shows(/sample\.board\s+The sample board/);
    await terminal.keys('y');
    await terminal.shows(/^u +2 +sample\.board\.motd/m);
    await terminal.keys('Down', 's');
    await terminal.shows(/^[^u]? +2 .*sample\.board\.motd/m);
    await terminal.keys('q');
    await terminal.shows(/really want to quit/);
    await terminal.keys('y');
    await terminal.ends();
    expect(readFileSync(join(person.home, '.newsrc'), 'utf8')).toMatch(/^sample\.board\.motd:/m);
  });

  client.can('post', 'a guest may begin a post', async () => {
    using person = new Person();
    using terminal = tin(person, '1-3200');
    await terminal.shows(/sample\.board\s+The sample board/);
    await terminal.keys('w');
    await terminal.shows(/Post subject/);
  });

  client.can('follow', 'sees what has come, when it looks for it', async () => {
    using person = new Person();
    const high = await highest(board().daemon);
    using terminal = tin(person, `1-${high}`);
    await terminal.shows(/sample\.board\s+The sample board/);
    await postsMeanwhile(board().daemon, 'While tin looked on', 'Text.');
    await terminal.keys('Y');
    // The number of the message of the day counts as one.
    await terminal.shows(/ 1 +[12] +sample\.board\s+The sample board/);
  });

  client.can('cancel', 'cancels, as an editor alone', async () => {
    for (const userid of ['ann@rgtp.test', 'ed@rgtp.test'] as const) {
      using person = new Person(userid);
      const subject = `Regretted by ${userid}`;
      const number = await postsMeanwhile(board().daemon, subject, 'Text.', userid);
      using terminal = tin(person, `1-${number - 1}`, '-A');
      await open(terminal, subject);
      await terminal.keys('D');
      await terminal.shows(/Cancel \(delete\) or supersede/);
      await terminal.keys('d');
      await terminal.shows(/d=delete \(cancel\)/);
      if (userid === 'ed@rgtp.test') {
        await terminal.keys('d');
        await gone(board().daemon, number);
      } else {
        // It says so for two seconds.
        await terminal.writes(/Posting failed \(only editors of sample\.board/, () => terminal.keys('d'));
        expect(await isThere(board().daemon, number)).toBe(true);
      }
    }
  });

  client.can('NNTPS', 'logs in, reads and posts over NNTPS', async () => {
    using person = new Person();
    const before = await highest(board().daemon);
    using terminal = tinAt(board().tlsPort, person, '', '-T', '-k', '-A');
    await terminal.shows(/TLS handshake done: TLS/);
    await open(terminal, 'the lift in the new building');
    await terminal.keys('f');
    await terminal.shows(/p=post/);
    await terminal.keys('p');
    expect((await newest(board().daemon, before)).subject).toMatch(/^Re: .*the lift in the new building/);
  });

  for (const trouble of TROUBLES) {
    client.can('return', `shows nothing as unread again after the server ${trouble}`, async () => {
      using person = new Person();
      const high = await highest(board().daemon);
      await befalls(board().daemon, trouble, high);
      using terminal = tin(person, `1-${high}`);
      await terminal.shows(/^X? +1 {6,}sample\.board\s+The sample board/m);
    });
  }
});
