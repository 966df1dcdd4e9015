import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Daemon } from './daemon.ts';
import { Person } from './person.ts';
import { highest, newest } from './posted.ts';
import { domain, newsgroup, sampleDaemon } from './sample-daemon.ts';
import { hasPrograms, Terminal } from './terminal.ts';

describe.skipIf(!hasPrograms('slrn', 'tmux'))('slrn', () => {
  let daemon: Daemon;
  beforeAll(async () => {
    ({ daemon } = await sampleDaemon());
  });
  afterAll(() => daemon[Symbol.asyncDispose]());

  function slrn(person: Person, login: boolean): Terminal {
    const settings = [
      'set username "ann"',
      'set hostname "rgtp.test"',
      'set realname "Ann Reader"',
      `set editor_command "${person.editor} %s"`,
      'set charset "utf-8"',
      'set query_read_group_cutoff 0',
      ...(login ? [`nnrpaccess "127.0.0.1" "${person.userid}" "${person.secret}"`] : []),
    ];
    const rc = person.write('.slrnrc', `${settings.join('\n')}\n`);
    const newsrc = person.write('.jnewsrc', `${newsgroup}: \n`);
    const command = ['slrn', '-n', '-h', '127.0.0.1', '-p', String(daemon.port), '-f', newsrc, '-i', rc];
    return new Terminal(command, { env: person.environment });
  }

  it('reads a thread', async () => {
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

  it('posts a reply and a new item', async () => {
    using person = new Person();
    const before = await highest(daemon);
    using terminal = slrn(person, true);
    await terminal.shows(/sample\.board/);
    await terminal.keys('Enter');
    await terminal.shows(/Group: sample\.board/);
    await terminal.keys('s');
    await terminal.shows(/Subject Search/i);
    await terminal.type('Whither the great marmalade debate');
    await terminal.keys('Enter', 'Enter');
    await terminal.shows(/Subject: Whither the great marmalade debate/);
    await terminal.keys('f');
    await terminal.shows(/want to followup\?/);
    await terminal.keys('y');
    await terminal.shows(/Post the message\?/);
    await terminal.keys('y');
    await terminal.shows(/Posting\.\.\.\s*done/);
    const reply = await newest(daemon, before);
    expect(reply.subject).toBe('Re: Whither the great marmalade debate');
    expect(reply.from).toEqual({ name: 'Ann Reader', address: person.userid });
    expect(reply.references).toBe(`<O1562243.00000200@${domain}>`);
    expect(reply.body).toContain(person.typed);
    expect(reply.body).toContain('> The café charges £2.50 for a naïve crêpe.');

    await terminal.keys('P');
    await terminal.shows(/want to post\?/);
    await terminal.keys('y');
    await terminal.shows(/Newsgroup: sample\.board/);
    await terminal.keys('Enter');
    await terminal.shows(/Subject:\s*$/m);
    await terminal.type('A new item from slrn');
    await terminal.keys('Enter');
    await terminal.shows(/Post the message\?/);
    await terminal.keys('y');
    await terminal.shows(/Posting\.\.\.\s*done/);
    const item = await newest(daemon, reply.number);
    expect(item.subject).toBe('A new item from slrn');
    expect(item.references).toBeUndefined();
    expect(item.body).toBe(`${person.typed}\r\n`);
  });
});
