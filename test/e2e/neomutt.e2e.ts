import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { onBoard } from './board-text.ts';
import { present } from './clients.ts';
import { ownAddress } from './daemon.ts';
import { known } from './known.ts';
import { Person, withoutOuterBlanks } from './person.ts';
import { highest, newest, postsMeanwhile } from './posted.ts';
import { befalls, certificate, continued, domain, newsgroup, secureDaemon, TROUBLES } from './sample-daemon.ts';
import { serving } from './serving.ts';
import { Terminal } from './terminal.ts';

describe.skipIf(!present('NeoMutt', 'neomutt', 'tmux', 'root'))('NeoMutt', () => {
  const neomutt = known({
    name: 'NeoMutt',
    kind: 'terminal',
    version: 'neomutt',
    quirks: [
      'Uses STARTTLS at once where it is offered.',
      'NNTPS on port 563 only, whatever the address says.',
      'Can’t cancel.',
    ],
  });
  const address = ownAddress();
  const board = serving(() => secureDaemon({}, `nntps://${address}:563`));

  function start(person: Person, tls?: 'STARTTLS' | 'NNTPS'): Terminal {
    mkdirSync(join(person.home, 'Mail'), { recursive: true });
    person.write('.signature', 'Ann – at the back\n');
    // It asks a question about a file from the future.
    const editor = person.write('now', `#!/bin/sh\n${person.editor} "$1"\ntouch "$1"\n`, 0o755);
    const rc = person.write(
      'neomuttrc',
      `set from="${person.userid}" realname="Ann Reader" use_from=yes hostname="rgtp.test"
set nntp_user="${person.userid}" nntp_pass="${person.secret}" nntp_authenticators="user"
set newsrc="${person.home}/.newsrc" news_cache_dir="${person.home}/cache" nntp_context=0 nntp_poll=1 timeout=1
set ssl_starttls=${tls === 'STARTTLS' ? 'yes' : 'no'} certificate_file="${certificate}" ssl_verify_host=${tls === 'NNTPS' ? 'no' : 'yes'}
set catchup_newsgroup=no save_unsubscribed=yes show_only_unread=no
set editor="${editor}" signature="${person.home}/.signature" fast_reply=yes include=yes abort_unmodified=no copy=no record=""
bind index,pager F followup-message
bind index P post-message
set sort=threads sort_aux=date hide_thread_subject=yes markers=no wait_key=no quit=yes charset=utf-8 send_charset="utf-8"
set index_format="%C [%Z] %s" status_format="%f [Msgs:%m New:%n]"
`,
    );
    const url = tls === 'NNTPS' ? `snews://${address}` : `news://127.0.0.1:${board().daemon.port}`;
    return new Terminal(['neomutt', '-n', '-F', rc, '-g', url], { env: person.environment });
  }

  /** Opens the newsgroup from the list of newsgroups. */
  async function open(terminal: Terminal): Promise<void> {
    await terminal.shows(/sample\.board\s+The sample board/);
    await terminal.keys('Enter');
    await terminal.shows(/sample\.board \[Msgs:\d+/);
  }

  const find = (terminal: Terminal, messageId: string) => search(terminal, `~i ${messageId.slice(1, -1)}`);

  async function search(terminal: Terminal, pattern: string): Promise<void> {
    await terminal.keys('/');
    await terminal.shows(/Search for:/);
    await terminal.type(pattern);
    await terminal.keys('Enter');
    await terminal.shows(/^(?![\s\S]*Search for:)/);
  }

  async function quit(terminal: Terminal): Promise<void> {
    await terminal.keys('q');
    await terminal.ends();
  }

  neomutt.can(['list', 'thread', 'read'], 'reads a thread that is continued in another item', async () => {
    using person = new Person();
    person.write('.newsrc', `${newsgroup}: 1-2800\n`);
    using terminal = start(person);
    await open(terminal);
    await find(terminal, continued.continuation.messageId ?? '');
    await terminal.shows(new RegExp(`[├└]─>${continued.continuation.subject}`));
    await find(terminal, `<P2760629.00000C28@${domain}>`);
    await terminal.keys('Enter');
    await terminal.shows(/Subject: A poem about tea versus coffee/);
    await terminal.keys('i');
    await terminal.shows(/sample\.board \[Msgs:/);
    await quit(terminal);
  });

  neomutt.can(['log in', 'post', 'reply'], 'posts a reply and a new item', async () => {
    using person = new Person();
    person.write('.newsrc', `${newsgroup}: \n`);
    const before = await highest(board().daemon);
    using terminal = start(person);
    await open(terminal);
    await find(terminal, `<O1562243.00000200@${domain}>`);
    await terminal.keys('F');
    await terminal.shows(/y:Send/);
    await terminal.keys('y');
    await terminal.shows(/Article posted/);
    const reply = await newest(board().daemon, before);
    expect(reply.subject).toBe('Re: Whither the great marmalade debate');
    expect(reply.from).toEqual({ name: 'Ann Reader', address: person.userid });
    expect(reply.references).toBe(`<O1562243.00000200@${domain}>`);
    const replied = withoutOuterBlanks((await onBoard(board().rgtp, reply.headers)).lines);
    expect(replied).toContain('> The café charges £2.50 for a naïve crêpe.');
    expect(replied.slice(-3)).toEqual(['--', 'Ann – at the back', person.typed]);
    expect(replied).toEqual(person.left);

    await terminal.keys('P');
    await terminal.shows(/^Newsgroups: sample\.board *$/m);
    await terminal.keys('Enter');
    await terminal.shows(/Subject:\s*$/m);
    await terminal.type('Größe: a new item from NeoMutt');
    await terminal.keys('Enter');
    await terminal.shows(/y:Send/);
    await terminal.keys('y');
    const item = await newest(board().daemon, reply.number);
    expect(item.references).toBeUndefined();
    expect(item.messageId).toMatch(/@rgtp\.test>$/);
    const posted = await onBoard(board().rgtp, item.headers);
    expect(posted.heading).toContain('Subject: Größe: a new item from NeoMutt');
    expect(withoutOuterBlanks(posted.lines)).toEqual(['--', 'Ann – at the back', person.typed]);
    await terminal.shows(/sample\.board \[Msgs:/);
    await quit(terminal);
  });

  neomutt.can('follow', 'sees what comes while it is open', async () => {
    using person = new Person();
    person.write('.newsrc', `${newsgroup}: 1-3200\n`);
    using terminal = start(person);
    await open(terminal);
    const count = Number(/\[Msgs:(\d+)/.exec(terminal.screen())?.[1]);
    await postsMeanwhile(board().daemon, 'While NeoMutt looked on', 'Text.');
    await terminal.shows(new RegExp(`\\[Msgs:${count + 1} `));
    await search(terminal, '~s "While NeoMutt looked on"');
    await terminal.shows(/While NeoMutt looked on/);
    await quit(terminal);
  });

  for (const trouble of TROUBLES) {
    neomutt.can('return', `shows nothing as unread again after the server ${trouble}`, async () => {
      using person = new Person();
      const high = await highest(board().daemon);
      person.write('.newsrc', `${newsgroup}: 1-${high}\n`);
      await befalls(board().daemon, trouble, high);
      using terminal = start(person);
      await open(terminal);
      await terminal.shows(/sample\.board \[Msgs:\d+ New:0\]/);
      await postsMeanwhile(board().daemon, `After it ${trouble}`, 'Text.');
      await terminal.shows(/sample\.board \[Msgs:\d+ New:1\]/);
      await quit(terminal);
    });
  }

  for (const tls of ['STARTTLS', 'NNTPS'] as const) {
    neomutt.can(tls, `reads, logs in and posts over ${tls}`, async () => {
      using person = new Person();
      person.write('.newsrc', `${newsgroup}: 1-3200\n`);
      const before = await highest(board().daemon);
      using terminal = start(person, tls);
      await open(terminal);
      await find(terminal, `<P3231653.00000C8F@${domain}>`);
      await terminal.keys('F');
      await terminal.shows(/y:Send/);
      await terminal.keys('y');
      await terminal.shows(/Article posted/);
      expect((await newest(board().daemon, before)).subject).toBe('Re: Four header lines');
      await quit(terminal);
    });
  }

  neomutt.can('subscribe', 'subscribes to a newsgroup of the list', async () => {
    using person = new Person();
    person.write('.newsrc', `${newsgroup}: 1-3200\n`);
    using terminal = start(person);
    await terminal.shows(/sample\.board\s+The sample board/);
    await terminal.keys('Tab');
    await terminal.shows(/-u +\d+ +sample\.board\.edits/);
    await terminal.keys('s');
    await terminal.shows(/- {2,}\d+ +sample\.board\.edits/);
    await quit(terminal);
    expect(readFileSync(join(person.home, '.newsrc'), 'utf8')).toMatch(/^sample\.board\.edits:/m);
  });
});
