import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { present } from './clients.ts';
import type { Daemon } from './daemon.ts';
import { known } from './known.ts';
import { Person } from './person.ts';
import { gone, highest, isThere, newest, postsMeanwhile } from './posted.ts';
import { befalls, newsgroup, secureDaemon, TROUBLES } from './sample-daemon.ts';
import { Terminal } from './terminal.ts';

describe.skipIf(!present('tin', 'tin', 'tmux'))('tin', () => {
  const client = known({
    name: 'tin',
    kind: 'terminal',
    version: 'tin',
    quirks: [
      'Refuses to begin a post where LIST says `n`.',
      'Posts in ISO-8859-15, which makes ? of typographic quotes.',
      'NNTPS with `-T` (`-k`: a certificate that it cannot verify); no STARTTLS.',
      'Cancels only what has your own address in From.',
    ],
  });
  let daemon: Daemon;
  let tlsPort: number;
  beforeAll(async () => {
    ({ daemon, tlsPort } = await secureDaemon());
  });
  afterAll(() => daemon[Symbol.asyncDispose]());

  function tin(person: Person, read: string, ...options: string[]): Terminal {
    return tinAt(daemon.port, person, read, ...options);
  }

  function tinAt(port: number, person: Person, read: string, ...options: string[]): Terminal {
    mkdirSync(join(person.home, '.tin'));
    person.write(
      '.tin/tinrc',
      `default_editor_format=${person.editor} %F\nmail_address=Ann Reader <${person.userid}>\n`,
    );
    person.write('.newsauth', `127.0.0.1 ${person.secret} ${person.userid}\n`);
    person.write('.newsrc', `${newsgroup}: ${read}\n`);
    person.write('.signature', 'Ann at the back\n');
    const command = ['tin', ...options, '-r', '-p', String(port), '-g', '127.0.0.1'];
    return new Terminal(command, { env: { ...person.environment, NNTPSERVER: '127.0.0.1' } });
  }

  /** Opens the thread whose subject contains `subject`, at its first article. */
  async function open(terminal: Terminal, subject: string): Promise<void> {
    await terminal.shows(/sample\.board\s+The sample board/);
    await terminal.keys('Enter');
    await terminal.shows(/sample\.board \(\d+/);
    await terminal.keys('/');
    await terminal.shows(/Search forwards/);
    await terminal.type(subject);
    await terminal.keys('Enter');
    await terminal.shows(/^(?![\s\S]*Search forwards)/);
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
    const before = await highest(daemon);
    using terminal = tin(person, '', '-A');
    await open(terminal, 'Whither the great marmalade debate');
    await terminal.keys('f');
    await terminal.shows(/p=post/);
    await terminal.keys('p');
    await terminal.shows(/Article posted|Newsgroups: sample\.board/);
    const reply = await newest(daemon, before);
    expect(reply.subject).toBe('Re: Whither the great marmalade debate');
    expect(reply.from).toEqual({ name: 'Ann Reader', address: person.userid });
    expect(reply.body).toContain('> The café charges £2.50 for a naïve crêpe.');
    // tin posts in ISO-8859-15, which has no typographic quotes: it makes question marks of them.
    expect(reply.body).toMatch(/Typed in an editor: a café, \?+quoted/);

    await terminal.shows(/Newsgroups: sample\.board/);
    await terminal.keys('w');
    await terminal.shows(/Post subject/);
    await terminal.type('A new item from tin');
    await terminal.keys('Enter');
    await terminal.shows(/p=post/);
    await terminal.keys('p');
    await terminal.shows(/Article posted|Newsgroups: sample\.board/);
    const item = await newest(daemon, reply.number);
    expect(item.subject).toBe('A new item from tin');
    expect(item.references).toBeUndefined();
    // tin takes the id that the 340 line suggests, and it is kept.
    expect(item.messageId).toMatch(/^<[^<>@]+@news\.example>$/);
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
    const high = await highest(daemon);
    using terminal = tin(person, `1-${high}`);
    await terminal.shows(/sample\.board\s+The sample board/);
    await postsMeanwhile(daemon, 'While tin looked on', 'Text.');
    await terminal.keys('Y');
    // The number of the message of the day counts as one.
    await terminal.shows(/ 1 +[12] +sample\.board\s+The sample board/);
  });

  client.can('cancel', 'cancels, as an editor alone', async () => {
    for (const userid of ['ann@rgtp.test', 'ed@rgtp.test'] as const) {
      using person = new Person(userid);
      const subject = `Regretted by ${userid}`;
      const number = await postsMeanwhile(daemon, subject, 'Text.', userid);
      using terminal = tin(person, `1-${number - 1}`, '-A');
      await open(terminal, subject);
      await terminal.keys('D');
      await terminal.shows(/Cancel \(delete\) or supersede/);
      await terminal.keys('d');
      await terminal.shows(/d=delete \(cancel\)/);
      if (userid === 'ed@rgtp.test') {
        await terminal.keys('d');
        await gone(daemon, number);
      } else {
        // It says so for two seconds.
        await terminal.writes(/Posting failed \(only editors of sample\.board/, () => terminal.keys('d'));
        expect(await isThere(daemon, number)).toBe(true);
      }
    }
  });

  client.can('NNTPS', 'logs in, and reads over NNTPS', async () => {
    using person = new Person();
    using terminal = tinAt(tlsPort, person, '', '-T', '-k', '-A');
    await terminal.shows(/TLS handshake done: TLS/);
    await open(terminal, 'the lift in the new building');
  });

  for (const trouble of TROUBLES) {
    client.can('return', `shows nothing as unread again after the server ${trouble}`, async () => {
      using person = new Person();
      const high = await highest(daemon);
      await befalls(daemon, trouble, high);
      using terminal = tin(person, `1-${high}`);
      await terminal.shows(/^X? +1 {6,}sample\.board\s+The sample board/m);
    });
  }
});
