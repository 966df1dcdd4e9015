import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { onBoard } from './board-text.ts';
import { present } from './clients.ts';
import { known } from './known.ts';
import { Person, withoutOuterBlanks } from './person.ts';
import { highest, newest, postsMeanwhile } from './posted.ts';
import { befalls, continued, domain, newsgroup, secureDaemon, TROUBLES } from './sample-daemon.ts';
import { serving } from './serving.ts';
import { Terminal } from './terminal.ts';

describe.skipIf(!present('Alpine', 'alpine', 'tmux'))('Alpine', () => {
  const alpine = known({
    name: 'Alpine',
    kind: 'terminal',
    version: 'alpine',
    quirks: [
      'Asks for a password before it reads if its settings name a user.',
      'Sees new articles when it opens the newsgroup again.',
      'Can’t cancel.',
      'Looks for STARTTLS in LIST EXTENSIONS, which is in no standard: use NNTPS (`/ssl`).',
    ],
  });
  const board = serving(secureDaemon);

  /** @param read what is read already; @param flags how it connects */
  function start(person: Person, read: string, flags = 'notls', port = board().daemon.port): Terminal {
    const server = `127.0.0.1:${port}/nntp/user=${person.userid}/${flags}`;
    person.write('.signature', 'Ann – at the back\n');
    person.write('.newsrc', `${newsgroup}: ${read}\n`);
    const rc = person.write(
      '.pinerc',
      `personal-name=Ann Reader
user-domain=rgtp.test
inbox-path={${server}}#news.${newsgroup}
news-collections=Board {${server}}#news.[]
nntp-server=127.0.0.1:${port}/user=${person.userid}/${flags}
newsrc-path=${person.home}/.newsrc
signature-file=${person.home}/.signature
default-fcc=""
last-version-used=6.26
sort-key=thread
feature-list=show-sort,signature-at-bottom,enable-sigdashes,include-text-in-reply,quell-extra-post-prompt,news-post-without-validation
`,
    );
    return new Terminal(['alpine', '-p', rc, '-i'], { env: person.environment });
  }

  /** Opens the newsgroup. */
  async function open(terminal: Terminal, person: Person): Promise<void> {
    await terminal.shows(/ENTER PASSWORD:/);
    await terminal.type(person.secret);
    await terminal.keys('Enter');
    await terminal.shows(/Preserve password on DISK/);
    await terminal.keys('n');
    await terminal.shows(/MESSAGE INDEX \[H\][\s\S]*\? Help/);
  }

  /** Goes to the next line of the list that has these words. */
  async function find(terminal: Terminal, words: string): Promise<void> {
    await terminal.keys('w');
    await terminal.shows(/Word to search for/);
    await terminal.type(words);
    await terminal.keys('Enter');
    await terminal.shows(/Word found/);
  }

  /** Writes at the top of the text that is there, and posts it. */
  async function posts(terminal: Terminal, typed: string): Promise<void> {
    await terminal.type(typed);
    await terminal.keys('Enter', 'C-x');
    await terminal.shows(/Send message\?/);
    await terminal.keys('y');
    // What it says of that is soon replaced.
    await terminal.shows(/^(?![\s\S]*COMPOSE MESSAGE)/);
  }

  alpine.can(['list', 'thread', 'read'], 'reads a thread that is continued in another item', async () => {
    using person = new Person();
    using terminal = start(person, '1-2800');
    await open(terminal, person);
    const { subject = '' } = continued.continuation;
    await find(terminal, subject);
    // A thread of its own would not be indented.
    await terminal.shows(new RegExp(`[|\\\\]-${subject}`));
    await find(terminal, 'Four header lines');
    await terminal.keys('Enter');
    await terminal.shows(/Subject: Four header lines[\s\S]*This item has four header lines\./);
  });

  alpine.can(['log in', 'post', 'reply'], 'posts a reply and a new item', async () => {
    using person = new Person();
    const before = await highest(board().daemon);
    using terminal = start(person, '1-511,513-3210');
    await open(terminal, person);
    await find(terminal, 'Whither the great marmalade debate');
    await terminal.keys('Enter');
    await terminal.shows(/The café charges £2\.50 for a naïve crêpe\./);
    await terminal.keys('r');
    await terminal.shows(/Follow-up to news group/);
    await terminal.keys('f');
    await terminal.shows(/COMPOSE MESSAGE REPLY[\s\S]*> The café[\s\S]*at the back/);
    await posts(terminal, person.typed);
    const reply = await newest(board().daemon, before);
    expect(reply.subject).toBe('Re: Whither the great marmalade debate');
    expect(reply.from).toEqual({ name: 'Ann Reader', address: person.userid });
    expect(reply.references).toBe(`<O1562243.00000200@${domain}>`);
    const replied = withoutOuterBlanks((await onBoard(board().rgtp, reply.headers)).lines);
    expect(replied.at(0)).toBe(person.typed);
    expect(replied).toContain('> The café charges £2.50 for a naïve crêpe.');
    expect(replied.slice(-2)).toEqual(['--', 'Ann – at the back']);

    await terminal.keys('i');
    await terminal.shows(/MESSAGE INDEX/);
    await terminal.keys('c');
    await terminal.shows(/Post to current newsgroup/);
    await terminal.keys('y');
    await terminal.shows(/COMPOSE MESSAGE[\s\S]*Newsgrps: sample\.board[\s\S]*at the back/);
    // From wherever it begins, by way of the first line.
    await terminal.keys('Up', 'Up', 'Up', 'Up', 'Down', 'Down');
    await terminal.type('Größe: a new item from Alpine');
    await terminal.keys('Down');
    await posts(terminal, person.typed);
    const item = await newest(board().daemon, reply.number);
    expect(item.references).toBeUndefined();
    const posted = await onBoard(board().rgtp, item.headers);
    expect(posted.heading).toContain('Subject: Größe: a new item from Alpine');
    expect(posted.lines.filter((line) => line !== '')).toEqual([person.typed, '--', 'Ann – at the back']);
  });

  alpine.can('follow', 'sees what has come, when it opens the newsgroup again', async () => {
    using person = new Person();
    const high = await highest(board().daemon);
    await postsMeanwhile(board().daemon, 'While Alpine was away', 'Text.');
    using terminal = start(person, `1-${high}`);
    await open(terminal, person);
    await terminal.shows(/While Alpine was away/);
  });

  for (const trouble of TROUBLES) {
    alpine.can('return', `shows nothing as unread again after the server ${trouble}`, async () => {
      using person = new Person();
      const high = await highest(board().daemon);
      await befalls(board().daemon, trouble, high);
      await postsMeanwhile(board().daemon, `After it ${trouble}`, 'Text.');
      using terminal = start(person, `1-${high}`);
      await open(terminal, person);
      await terminal.shows(new RegExp(`Message 1 of 1 NEW[\\s\\S]*After it ${trouble}`));
    });
  }

  alpine.can('subscribe', 'adds a newsgroup to its list', async () => {
    using person = new Person();
    using terminal = start(person, '1-3210');
    await open(terminal, person);
    await terminal.keys('<');
    await terminal.shows(/FOLDER LIST/);
    await terminal.keys('<');
    await terminal.shows(/COLLECTION LIST[\s\S]*Board/);
    await terminal.keys('Down', 'Enter');
    await terminal.shows(/FOLDER LIST[\s\S]*News groups on[\s\S]*A Add/);
    await terminal.keys('A');
    await terminal.shows(/Enter newsgroup name/);
    await terminal.type(`${newsgroup}.motd`);
    await terminal.keys('Enter');
    await terminal.shows(/Subscribed to "sample\.board\.motd"/);
    expect(readFileSync(join(person.home, '.newsrc'), 'utf8')).toMatch(/^sample\.board\.motd:/m);
  });

  alpine.can('NNTPS', 'reads over NNTPS', async () => {
    using person = new Person();
    using terminal = start(person, '1-3200', 'ssl/novalidate-cert', board().tlsPort);
    await open(terminal, person);
    await terminal.shows(/Four header lines/);
  });
});
