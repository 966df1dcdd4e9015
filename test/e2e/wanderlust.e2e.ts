import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { onBoard } from './board-text.ts';
import { present } from './clients.ts';
import { known } from './known.ts';
import { Person, withoutOuterBlanks } from './person.ts';
import { gone, highest, isThere, newest, postsMeanwhile } from './posted.ts';
import { returns } from './returning.ts';
import { expectedArticles } from './sample-board.ts';
import { continued, domain, newsgroup, secureDaemon } from './sample-daemon.ts';
import { serving } from './serving.ts';
import { Terminal } from './terminal.ts';

const installed = '/usr/share/emacs/site-lisp/wl';
const typed = 'Typed in Wanderlust: a café, “quoted”.';
/** An article among the newest 500 whose author and text are not ASCII. */
const foreign = [...expectedArticles(newsgroup, domain).values()].findLast(
  ({ from, body }) => from?.name === '½ a person' && body?.startsWith('It was 21°C at ½ past four.'),
);

describe.skipIf(!present('Wanderlust', 'emacs', 'tmux', installed))('Wanderlust', () => {
  const client = known({
    name: 'Wanderlust',
    kind: 'terminal',
    version: 'wl',
    quirks: [
      'Asks for a password before it reads if its settings name a user.',
      'Lists the newest 500 articles.',
      'If it has found the server away, it stays offline for ten minutes; `M-t`, twice, ends that.',
    ],
  });
  const ann = new Person();
  /** It stays open from test to test. */
  let terminal: Terminal;
  const board = serving(secureDaemon);
  beforeAll(async () => {
    terminal = wl(ann);
  });
  afterAll(async () => {
    terminal[Symbol.dispose]();
    ann[Symbol.dispose]();
  });

  function wl(person: Person, tls?: 'ssl' | 'starttls'): Terminal {
    for (const folder of ['draft', 'trash', 'queue', 'lost+found', 'inbox']) {
      mkdirSync(join(person.home, 'Mail', folder), { recursive: true });
    }
    for (const folder of ['.elmo', 'tmp']) mkdirSync(join(person.home, folder), { recursive: true });
    const server = `"127.0.0.1"`;
    const port = tls === 'ssl' ? board().tlsPort : board().daemon.port;
    const stream = tls === undefined ? 'nil' : `'${tls}`;
    const settings = person.write(
      'wl.el',
      `(setq user-full-name "Ann Reader" user-mail-address "${person.userid}" wl-from "Ann Reader <${person.userid}>"
      elmo-nntp-default-server ${server} elmo-nntp-default-port ${port} elmo-nntp-default-user "${person.userid}"
      elmo-nntp-default-stream-type ${stream} wl-nntp-posting-stream-type ${stream}
      wl-nntp-posting-server ${server} wl-nntp-posting-port ${port} wl-nntp-posting-user "${person.userid}"
      wl-local-domain "rgtp.test" wl-message-id-domain "rgtp.test" wl-default-spec "-" wl-folders-file "~/.folders"
      wl-interactive-exit nil wl-interactive-send nil wl-interactive-save-folders nil wl-demo nil wl-news-lang nil
      wl-fcc nil elmo-folder-update-confirm nil wl-auto-check-folder-name 'none inhibit-startup-screen t use-short-answers t
      network-security-level 'low wl-thread-insert-opened t signature-file-name "~/.signature"
      ;; A second after an article was shown, it would fetch the next one: perhaps while the server is away.
      wl-message-buffer-prefetch-folder-type-list nil)
(with-eval-after-load 'wl-summary
  (define-key wl-summary-mode-map [f5]
    (lambda (number) (interactive "nArticle: ") (wl-summary-jump-to-msg number) (wl-summary-redisplay))))\n`,
    );
    person.write('.signature', 'Ann – at the back\n');
    person.write('.folders', `-${newsgroup}\n`);
    // In a new home it would compile all that it loads, for minutes, in processes of their own.
    const lazily = '(setq native-comp-deferred-compilation nil native-comp-jit-compilation nil create-lockfiles nil)';
    const command = ['emacs', '-nw', '-q', '--eval', lazily, '-l', settings, '-f', 'wl'];
    return new Terminal(command, { env: person.environment });
  }

  /** Opens the newsgroup, and logs in: it fetches so many articles. */
  async function open(at: Terminal, person: Person, count = 500): Promise<void> {
    await at.shows(/-sample\.board:[*\d]/);
    await at.keys('Down', 'Enter');
    await at.shows(/Password for NNTP:/);
    await at.type(person.secret);
    await at.keys('Enter');
    await at.shows(new RegExp(`Updated \\(-0/\\+${count}\\) message`));
  }

  async function read(at: Terminal, number: number): Promise<void> {
    await at.keys('F5');
    await at.shows(/Article:/);
    await at.type(String(number));
    await at.keys('Enter');
    await at.shows(new RegExp(`<< -sample\\.board / ${number} >>`));
  }

  /** Looks for what has come: in the list of articles. */
  async function update(at: Terminal): Promise<void> {
    await at.keys('s');
    await at.shows(/Range \(/);
    await at.keys('Enter');
  }

  client.can(['list', 'read', 'log in'], 'logs in, lists and reads', async () => {
    await open(terminal, ann);
    await terminal.shows(/\{T\}\(500\/500\/500\)/);
    await read(terminal, foreign?.number ?? 0);
    await terminal.shows(/^From: ½ a person <[\s\S]*^It was 21°C at ½ past four\.$/m);
  });

  client.can('thread', 'shows a thread that is continued in another item', async () => {
    await read(terminal, continued.continuation.number);
    // Below what it continues: one that begins a thread has no line before it.
    await terminal.shows(
      new RegExp(`^ *${continued.continuation.number} .{16}[ 　]*[┣┗][^\\n]*${continued.continuation.subject}`, 'm'),
    );
  });

  client.can(['post', 'reply'], 'posts a reply and a new item', async () => {
    const before = await highest(board().daemon);
    await read(terminal, 3215);
    await terminal.shows(/This item has four header lines\./);
    await terminal.keys('A');
    await terminal.shows(/Subject: Re: Four header lines[\s\S]*wrote:[\s\S]*Draft MIME-Edit/);
    await terminal.keys('M->');
    await terminal.type(typed);
    await terminal.keys('C-c', 'C-w', 'C-c', 'C-c');
    const reply = await newest(board().daemon, before);
    expect(reply.subject).toBe('Re: Four header lines');
    expect(reply.from).toEqual({ name: 'Ann Reader', address: ann.userid });
    expect(reply.messageId).toMatch(/@rgtp\.test>$/);
    expect(reply.references).toBe(`<P3231653.00000C8F@${domain}>`);
    const replied = withoutOuterBlanks((await onBoard(board().rgtp, reply.headers)).lines);
    expect(replied).toContain('> This item has four header lines.  STAT and REPL on it make groggsd say');
    expect(replied.filter((line) => line !== '').slice(-3)).toEqual([typed, '--', 'Ann – at the back']);

    await terminal.shows(/<< -sample\.board \/ 3215 >>/);
    await terminal.keys('W');
    await terminal.shows(/^Newsgroups: sample\.board\nSubject: *$[\s\S]*Draft MIME-Edit/m);
    await terminal.type('Größe: a new item from Wanderlust');
    await terminal.keys('M->');
    await terminal.type('Its “text”.');
    await terminal.keys('C-c', 'C-w', 'C-c', 'C-c');
    const item = await newest(board().daemon, reply.number);
    expect(item.references).toBeUndefined();
    const posted = await onBoard(board().rgtp, item.headers);
    expect(posted.heading).toContain('Subject: Größe: a new item from Wanderlust');
    expect(posted.lines.filter((line) => line !== '')).toEqual(['Its “text”.', '--', 'Ann – at the back']);
  });

  async function markAllRead(): Promise<void> {
    await update(terminal);
    await terminal.keys('c');
    await terminal.shows(/Mark all messages as read\?/);
    await terminal.keys('y');
    await terminal.shows(/\{T\}\(0\/0\/\d+\)/);
  }

  client.can('follow', 'sees what has come, when it looks for it', async () => {
    await markAllRead();
    const number = await postsMeanwhile(board().daemon, 'While Wanderlust looked on', 'Text.');
    await update(terminal);
    await terminal.shows(/\{T\}\(1\/1\/\d+\)/);
    await read(terminal, number);
    await terminal.shows(/^Subject: While Wanderlust looked on$/m);
  });

  client.can('cancel', 'is told that only editors cancel', async () => {
    const number = await highest(board().daemon);
    await terminal.keys('C');
    await terminal.shows(/really want to cancel this article\?/);
    await terminal.keys('y');
    await terminal.shows(/441 only editors of sample\.board/);
    expect(await isThere(board().daemon, number)).toBe(true);
  });

  returns(client, () => board().daemon, {
    markAllRead,
    async findsOne() {
      await update(terminal);
      await terminal.shows(/\{T\}\(1\/1\/\d+\)/);
    },
  });

  client.can('subscribe', 'adds a newsgroup to its folders', async () => {
    await terminal.keys('q');
    await terminal.shows(/-sample\.board:0\/1\/\d+/);
    await terminal.keys('m', 'a');
    await terminal.shows(/Folder name to add.*: -$/m);
    await terminal.type(`${newsgroup}.motd`);
    await terminal.keys('Enter');
    await terminal.shows(/^ +-sample\.board\.motd:/m);
    await terminal.keys('q');
    await terminal.shows(/\*scratch\*/);
    expect(readFileSync(join(ann.home, '.folders'), 'utf8')).toMatch(/^\s*-sample\.board\.motd$/m);
  });

  for (const tls of ['ssl', 'starttls'] as const) {
    client.can(
      tls === 'ssl' ? ['NNTPS', 'cancel'] : 'STARTTLS',
      `reads over ${tls}; cancels as an editor`,
      async () => {
        using editor = new Person('ed@rgtp.test');
        const number = await postsMeanwhile(board().daemon, `Regretted over ${tls}`, 'Text.', editor.userid);
        using other = wl(editor, tls);
        await open(other, editor);
        await read(other, number);
        await other.shows(new RegExp(`^Subject: Regretted over ${tls}$`, 'm'));
        await other.keys('C');
        await other.shows(/really want to cancel this article\?/);
        await other.keys('y');
        await gone(board().daemon, number);
      },
    );
  }
});
