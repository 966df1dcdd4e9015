import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { onBoard } from './board-text.ts';
import { present } from './clients.ts';
import { ownAddress } from './daemon.ts';
import { known } from './known.ts';
import { Person, withoutOuterBlanks } from './person.ts';
import { gone, highest, isThere, newest, postsMeanwhile } from './posted.ts';
import { befalls, domain, newsgroup, sampleDaemon, TROUBLES } from './sample-daemon.ts';
import { serving } from './serving.ts';
import { Terminal } from './terminal.ts';

describe.skipIf(!present('nn', 'nn', 'tmux', 'unshare', 'root'))('nn', () => {
  const client = known({
    name: 'nn',
    kind: 'terminal',
    version: 'nn',
    quirks: [
      'Knows port 119 only, and runs only where the machine’s name has a dot.',
      'Reads LIST once, so it has to be started again to see new articles.',
      'Threads by subject, so a continuation is a thread of its own.',
      'Shows UTF-8 with `charset unknown` and `data-bits 8`; encoded words as they are.',
      'At greeting 201 (`posting: false`) it asks for a login before it shows anything. Appends no signature. Its prompts drop octets 80 to 9F: é gets through, ß does not.',
    ],
  });
  const address = ownAddress();
  const board = serving(() => sampleDaemon({}, {}, (port) => [`nntp://127.0.0.1:${port}`, `nntp://${address}:119`]));

  /** @param newsrc what is read already */
  function nn(person: Person, newsrc: string): Terminal {
    mkdirSync(join(person.home, '.nn'));
    const settings = ['set expert', 'set charset unknown', 'set data-bits 8'];
    settings.push(`set nntp-user ${person.userid}`, `set nntp-password ${person.secret}`);
    person.write('.nn/init', `${settings.join('\n')}\n`);
    person.write('.newsrc', `${newsrc}\n`);
    const named = 'echo reader.rgtp.test >/proc/sys/kernel/hostname; exec nn';
    return new Terminal(['unshare', '--uts', 'sh', '-c', named], {
      env: { ...person.environment, NNTPSERVER: address, NAME: 'Ann Reader' },
    });
  }

  async function quit(terminal: Terminal): Promise<void> {
    await terminal.shows(/-- SELECT --/);
    await terminal.keys('Q');
    await terminal.ends();
  }

  /** Opens the only article of the menu. */
  async function open(terminal: Terminal): Promise<void> {
    await terminal.shows(/Articles: 1 of [\s\S]*-- SELECT --/);
    await terminal.keys('a', 'Space');
    await terminal.shows(/--sample\.board-- LAST --All--/);
  }

  /** What was written goes out. */
  async function posts(terminal: Terminal): Promise<void> {
    await terminal.shows(/Action: \(post article\)/);
    await terminal.keys('p');
    await terminal.shows(/Article posted/);
  }

  client.can(['list', 'read'], 'lists, and reads an article', async () => {
    using person = new Person();
    using terminal = nn(person, `${newsgroup}: 1-511,513-3214`);
    await terminal.shows(/Newsgroup: sample\.board[\s\S]*Whither the great marmalade debate[\s\S]*Four header lines/);
    await terminal.keys('a', 'Space');
    await terminal.shows(/The café charges £2\.50 for a naïve crêpe\./);
  });

  client.can('subscribe', 'subscribes to a newsgroup', async () => {
    using person = new Person();
    using terminal = nn(person, `${newsgroup}! 1-3214\n${newsgroup}.motd: 1-3200`);
    await terminal.shows(/Newsgroup: sample\.board\.motd[\s\S]*-- SELECT --/);
    await terminal.keys('G');
    await terminal.shows(/Group or Folder/);
    await terminal.type(newsgroup);
    await terminal.keys('Enter');
    await terminal.shows(/Number of (extra )?articles/);
    await terminal.keys('u', 'Enter');
    await terminal.shows(/UNSUB[\s\S]*-- SELECT --/);
    await terminal.keys('U');
    await terminal.shows(/Resubscribe to sample\.board/);
    await terminal.keys('y');
    await terminal.shows(/^(?![\s\S]*Resubscribe)/);
    await terminal.keys('Q');
    await terminal.ends();
    expect(readFileSync(join(person.home, '.newsrc'), 'utf8')).toMatch(/^sample\.board: /m);
  });

  client.can(['log in', 'post', 'reply'], 'posts a reply and a new item; the board has them exactly', async () => {
    using person = new Person();
    const before = await highest(board().daemon);
    using terminal = nn(person, `${newsgroup}: 1-511,513-${before}`);
    await open(terminal);
    await terminal.keys('f');
    await terminal.shows(/Include original article\?/);
    await terminal.keys('y');
    await posts(terminal);
    const reply = await newest(board().daemon, before);
    expect(reply.subject).toBe('Re: Whither the great marmalade debate');
    expect(reply.from).toEqual({ name: 'Ann Reader', address: person.userid });
    expect(reply.references).toBe(`<O1562243.00000200@${domain}>`);
    const replied = await onBoard(board().rgtp, reply.headers);
    expect(replied.lines).toContain('>The café charges £2.50 for a naïve crêpe.');
    expect(withoutOuterBlanks(replied.lines)).toEqual(person.left);

    await terminal.shows(/--sample\.board-- LAST/);
    await terminal.keys(':');
    await terminal.type('post');
    await terminal.keys('Enter');
    await terminal.shows(/POST to group/);
    await terminal.type(newsgroup);
    await terminal.keys('Enter');
    await terminal.shows(/Subject:/);
    await terminal.type('Café: a new item from nn');
    await terminal.keys('Enter');
    for (const question of [/Keywords:/, /Summary:/, /Distribution:/]) {
      await terminal.shows(question);
      await terminal.keys('Enter');
    }
    await posts(terminal);
    const item = await newest(board().daemon, reply.number);
    expect(item.references).toBeUndefined();
    const posted = await onBoard(board().rgtp, item.headers);
    expect(posted.heading).toContain('Subject: Café: a new item from nn');
    expect(posted.lines).toEqual([person.typed]);
  });

  client.can('cancel', 'cancels, as an editor alone', async () => {
    for (const userid of ['ann@rgtp.test', 'ed@rgtp.test'] as const) {
      using person = new Person(userid);
      const number = await postsMeanwhile(board().daemon, `Regretted by ${userid}`, 'Text.', userid);
      using terminal = nn(person, `${newsgroup}: 1-${number - 1}`);
      await terminal.shows(new RegExp(`Regretted by ${userid}[\\s\\S]*-- SELECT --`));
      await terminal.keys('C');
      await terminal.shows(/Cancel +Article/);
      await terminal.keys('a');
      await terminal.shows(/Confirm cancel:/);
      await terminal.keys('y');
      if (userid === 'ed@rgtp.test') await gone(board().daemon, number);
      else await terminal.shows(/Article not accepted by server; not posted/);
      expect(await isThere(board().daemon, number)).toBe(userid === 'ann@rgtp.test');
    }
  });

  for (const trouble of TROUBLES) {
    client.can('return', `shows nothing as unread again after the server ${trouble}`, async () => {
      using person = new Person();
      const high = await highest(board().daemon);
      await befalls(board().daemon, trouble, high);
      await postsMeanwhile(board().daemon, `After it ${trouble}`, 'Text.');
      using terminal = nn(person, `${newsgroup}: 1-${high}`);
      await terminal.shows(new RegExp(`Articles: 1 of 1/1[\\s\\S]*After it ${trouble}`));
      await quit(terminal);
    });
  }
});
