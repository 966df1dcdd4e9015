import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { onBoard } from './board-text.ts';
import { present } from './clients.ts';
import { inGroup, isForeign } from './desk.ts';
import { known } from './known.ts';
import { Person, withoutOuterBlanks } from './person.ts';
import { highest, newest, postsMeanwhile } from './posted.ts';
import { returns } from './returning.ts';
import { continued, newsgroup, sampleDaemon } from './sample-daemon.ts';
import { serving } from './serving.ts';
import { Terminal } from './terminal.ts';
import { until } from './until.ts';

const typed = 'Typed in Mew: a café, “quoted”.';
/** An article whose author and text are not ASCII, and whose subject is its own. */
const foreign = inGroup.find(
  ({ kind, subject, from, body }) =>
    kind === 'I' &&
    isForeign(from?.name) &&
    isForeign(body) &&
    inGroup.filter((a) => a.subject === subject).length === 1,
);

/** Mew, in Emacs: the newsgroup as a folder into which it fetches everything. */
describe.skipIf(!present('Mew', 'emacs', 'tmux', '/usr/share/mew'))('Mew', () => {
  const client = known({
    name: 'Mew',
    kind: 'terminal',
    version: 'mew',
    quirks: [
      'Fetches the whole newsgroup.',
      'Logs in before it reads if its settings name a user.',
      'Can’t cancel.',
      'TLS only through stunnel, which it starts.',
    ],
  });
  const ann = new Person();
  const board = serving(sampleDaemon);
  /** It stays open from test to test. */
  let terminal: Terminal;
  beforeAll(() => {
    mkdirSync(join(ann.home, 'Mail'));
    ann.write(
      '.mew.el',
      `(setq mew-name "Ann Reader" mew-user "ann" mew-mail-domain "rgtp.test" mew-proto "-" mew-fcc nil
      mew-nntp-server "127.0.0.1" mew-nntp-port "${board().daemon.port}" mew-nntp-user "${ann.userid}"
      mew-nntp-newsgroup "-${newsgroup}" mew-nntp-size 0 mew-auto-get nil mew-use-biff nil)\n`,
    );
    ann.write('.signature', '-- \nAnn – at the back\n');
    terminal = start();
  });
  afterAll(() => {
    terminal[Symbol.dispose]();
    ann[Symbol.dispose]();
  });

  function start(): Terminal {
    // In a new home it would compile all that it loads, for minutes, in processes of their own. One that was killed may
    // leave locks, of which the next one would ask.
    const lazily =
      '(setq native-comp-deferred-compilation nil native-comp-jit-compilation nil inhibit-startup-screen t create-lockfiles nil)';
    return new Terminal(['emacs', '-nw', '--eval', lazily, '-f', 'mew'], { env: ann.environment });
  }

  async function logIn(): Promise<void> {
    await terminal.shows(/NNTP password \(/);
    await terminal.type(ann.secret);
    await terminal.keys('Enter');
  }

  /** Fetches what has come: so many articles. */
  async function fetch(count: number): Promise<void> {
    await terminal.keys('i');
    await logIn();
    await terminal.shows(new RegExp(`^${count} messages? scanned`, 'm'), 200_000);
  }

  /** Goes to the next line of the list that has these words. */
  async function find(words: string): Promise<void> {
    await terminal.keys('M-<', 'C-s');
    await terminal.shows(/I-search:/);
    await terminal.type(words);
    await until(
      () => terminal.screen().includes(`I-search: ${words}`),
      () => `${words} to be looked for, on this screen:\n${terminal.screen()}`,
    );
    await terminal.keys('Enter');
  }

  async function send(): Promise<void> {
    await terminal.keys('C-c', 'C-c');
    await terminal.shows(/Really post this message\?/);
    await terminal.keys('y');
    await logIn();
    await terminal.shows(/Posting in background\.\.\.done/);
  }

  client.can(['list', 'read', 'log in'], 'logs in, lists and reads', async () => {
    await terminal.shows(/Setting up Mew world\.\.\.done/);
    await fetch(inGroup.length);
    const { subject = '', from, body = '' } = foreign ?? {};
    await find(subject.slice(0, 20));
    await terminal.keys('.');
    await terminal.shows(new RegExp(`^Subject: ${subject}`, 'm'));
    const screen = await terminal.shows(/^Newsgroups: sample\.board/m);
    expect(screen).toContain(from?.name);
    expect(screen).toContain(body.split('\r\n')[0]);
  });

  client.can('thread', 'shows a thread that is continued in another item', async () => {
    await terminal.keys('t', 't');
    await terminal.shows(/Displaying thread\.\.\.done/);
    const words = continued.continuation.subject?.slice(0, 12).trimEnd() ?? '';
    await find(`+${words}`);
    // What begins a thread has no line before it.
    await terminal.shows(new RegExp(`[| ]\\+${words}`));
    await terminal.keys('t', 't');
    await terminal.shows(/Mew: -sample\.board/);
  });

  client.can(['post', 'reply'], 'posts a reply and a new item', async () => {
    const before = await highest(board().daemon);
    await find('Four header lines');
    await terminal.keys('A');
    await terminal.shows(/^> This item has four header lines\.[\s\S]*\(Draft\)/m);
    await terminal.keys('M->');
    await terminal.type(typed);
    await terminal.keys('Enter', 'C-c', 'Tab');
    await terminal.shows(/^Ann – at the back/m);
    await send();
    const reply = await newest(board().daemon, before);
    expect(reply.subject).toBe('Re: Four header lines');
    expect(reply.from).toEqual({ name: 'Ann Reader', address: ann.userid });
    const replied = withoutOuterBlanks((await onBoard(board().rgtp, reply.headers)).lines);
    expect(replied).toContain('> This item has four header lines.  STAT and REPL on it make groggsd say');
    expect(replied.filter((line) => line !== '').slice(-3)).toEqual([typed, '--', 'Ann – at the back']);

    await terminal.keys('w');
    await terminal.shows(/^Newsgroups: *\nSubject: *$/m);
    await terminal.type(newsgroup);
    await terminal.keys('Down');
    await terminal.type('Größe: a new item from Mew');
    await terminal.keys('M->');
    await terminal.type('Its “text”.');
    await terminal.keys('Enter', 'C-c', 'Tab');
    await terminal.shows(/^Ann – at the back/m);
    await send();
    const item = await newest(board().daemon, reply.number);
    expect(item.references).toBeUndefined();
    const posted = await onBoard(board().rgtp, item.headers);
    expect(posted.heading).toContain('Subject: Größe: a new item from Mew');
    expect(posted.lines.filter((line) => line !== '')).toEqual(['Its “text”.', '--', 'Ann – at the back']);
  });

  client.can('follow', 'sees what has come, when it looks for it', async () => {
    await fetch(2);
    await postsMeanwhile(board().daemon, 'While Mew looked on', 'Text.');
    await fetch(1);
    await terminal.shows(/While Mew looked on/);
  });

  // It has no marks of what is read: what it has fetched, it does not fetch again.
  returns(client, () => board().daemon, { markAllRead: async () => undefined, findsOne: () => fetch(1) });

  client.can('return', 'fetches nothing again when it is started again', async () => {
    await terminal.keys('Q');
    await terminal.shows(/Quit Mew\?/);
    await terminal.keys('y');
    terminal[Symbol.dispose]();
    terminal = start();
    await terminal.shows(/Setting up Mew world\.\.\.done/);
    await postsMeanwhile(board().daemon, 'While Mew was away', 'Text.');
    await fetch(1);
  });
});
