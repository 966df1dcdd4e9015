import { describe, expect } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { onBoard } from './board-text.ts';
import { present } from './clients.ts';
import { known } from './known.ts';
import { Person, withoutOuterBlanks } from './person.ts';
import { gone, highest, isThere, newest, postsMeanwhile } from './posted.ts';
import { befalls, continued, domain, newsgroup, secureDaemon, TROUBLES } from './sample-daemon.ts';
import { serving } from './serving.ts';
import { Terminal } from './terminal.ts';

describe.skipIf(!present('Gnus', 'emacs', 'tmux'))('Gnus', () => {
  const client = known({
    name: 'Gnus',
    kind: 'terminal',
    version: 'emacs-nox',
    quirks: ['Uses STARTTLS at once where it is offered.', 'The version is Emacs’.'],
  });
  const board = serving(async () => {
    const http = await freePort();
    return { http, ...(await secureDaemon({ http: { listen: `http://127.0.0.1:${http}` } })) };
  });

  /** @param how more about the server, in Gnus' words */
  function gnus(person: Person, read: string, how = `(nntp-port-number ${board().daemon.port})`): Terminal {
    const settings = person.write(
      'gnus.el',
      `(setq user-full-name "Ann Reader" user-mail-address "${person.userid}" mail-host-address "rgtp.test"
      gnus-select-method '(nntp "127.0.0.1" ${how})
      gnus-large-newsgroup nil gnus-interactive-exit nil gnus-novice-user nil gnus-agent nil
      gnus-use-dribble-file nil gnus-message-archive-group nil network-security-level 'low
      message-confirm-send nil inhibit-startup-screen t auth-source-save-behavior nil use-short-answers t)
(with-eval-after-load 'gnus-sum
  (define-key gnus-summary-mode-map [f5] (lambda () (interactive) (gnus-summary-goto-article 3215)))
  (define-key gnus-summary-mode-map [f6]
    (lambda () (interactive) (gnus-summary-goto-subject ${continued.continuation.number}) (recenter))))\n`,
    );
    person.write('.authinfo', `machine 127.0.0.1 login ${person.userid} password ${person.secret} force yes\n`);
    person.write('.newsrc', `${newsgroup}: ${read}\n`);
    person.write('.signature', 'Ann – at the back\n');
    // In a new home it would compile all that it loads, for minutes, in processes of their own.
    const lazily = '(setq native-comp-deferred-compilation nil native-comp-jit-compilation nil create-lockfiles nil)';
    const command = ['emacs', '-nw', '-Q', '--eval', lazily, '-l', settings, '-f', 'gnus'];
    return new Terminal(command, { env: person.environment });
  }

  async function reads(terminal: Terminal): Promise<void> {
    await terminal.shows(/\d: sample\.board/);
    await terminal.keys('Enter');
    await terminal.shows(/Four header lines/);
    await terminal.keys('F5');
    await terminal.shows(/This item has four header lines\./);
  }

  client.can(['list', 'read', 'log in', 'post', 'reply'], 'reads a thread, replies, and posts a new item', async () => {
    using person = new Person();
    const before = await highest(board().daemon);
    using terminal = gnus(person, '1-3213');
    await reads(terminal);

    await terminal.keys('F');
    await terminal.shows(/unsent followup/);
    await terminal.keys('M->');
    await terminal.type('Typed in Gnus: a café, “quoted”.');
    await terminal.keys('C-c', 'C-c');
    const reply = await newest(board().daemon, before);
    expect(reply.subject).toBe('Re: Four header lines');
    expect(reply.from).toEqual({ name: 'Ann Reader', address: person.userid });
    expect(reply.messageId).toMatch(/\.fsf@rgtp\.test>$/);
    expect(reply.references).toBe(`<P3231653.00000C8F@${domain}>`);
    const replied = withoutOuterBlanks((await onBoard(board().rgtp, reply.headers)).lines);
    expect(replied).toContain('> This item has four header lines.  STAT and REPL on it make groggsd say');
    expect(replied.slice(-3)).toEqual(['--', 'Ann – at the back', 'Typed in Gnus: a café, “quoted”.']);

    await terminal.shows(/\(Summary\)|\(Article\)/);
    await terminal.keys('a');
    await terminal.shows(/unsent posting/);
    await terminal.type('Größe: a new item from Gnus');
    // Below the signature it would be no text.
    await terminal.keys('C-c', 'C-b');
    await terminal.type('Its “text”.');
    await terminal.keys('Enter');
    await terminal.keys('C-c', 'C-c');
    const item = await newest(board().daemon, reply.number);
    expect(item.references).toBeUndefined();
    const posted = await onBoard(board().rgtp, item.headers);
    expect(posted.heading).toContain('Subject: Größe: a new item from Gnus');
    expect(posted.lines.filter((line) => line !== '')).toEqual(['Its “text”.', '--', 'Ann – at the back']);
  });

  client.can('thread', 'shows a thread that is continued in another item', async () => {
    using person = new Person();
    using terminal = gnus(person, '1-2800');
    await terminal.shows(/\d: sample\.board/);
    await terminal.keys('Enter');
    await terminal.shows(/\(Summary\)/);
    await terminal.keys('F6');
    // Indented, below what it continues: a thread of its own would begin at the left.
    await terminal.shows(new RegExp(`^ .  {8,}\\[[^\\]]*\\] ${continued.continuation.subject}`, 'm'));
  });

  client.can('follow', 'sees what has come, when it looks for it', async () => {
    using person = new Person();
    const high = await highest(board().daemon);
    using terminal = gnus(person, `1-${high - 1}`);
    await terminal.shows(/1: sample\.board$/m);
    await postsMeanwhile(board().daemon, 'While Gnus looked on', 'Text.');
    await terminal.keys('g');
    // The number of the message of the day may count as one.
    await terminal.shows(/[23]: sample\.board$/m);
    await terminal.keys('Enter');
    await terminal.shows(/While Gnus looked on/);
  });

  client.can('subscribe', 'subscribes to a newsgroup', async () => {
    using person = new Person();
    using terminal = gnus(person, '1-3213');
    await terminal.shows(/\d: sample\.board$/m);
    await terminal.keys('U');
    await terminal.shows(/^Group:/m);
    await terminal.type(`${newsgroup}.motd`);
    await terminal.keys('Enter');
    await terminal.shows(/[\d*]: sample\.board\.motd$/m);
  });

  for (const trouble of TROUBLES) {
    client.can('return', `shows nothing as unread again after the server ${trouble}`, async () => {
      using person = new Person();
      const high = await highest(board().daemon);
      await befalls(board().daemon, trouble, high);
      const number = await postsMeanwhile(board().daemon, `After it ${trouble}`, 'Text.');
      using terminal = gnus(person, `1-${number - 1}`);
      await terminal.shows(/ 1: sample\.board$/m);
    });
  }

  client.can('cancel', 'cancels, as an editor alone', async () => {
    for (const userid of ['ann@rgtp.test', 'ed@rgtp.test'] as const) {
      using person = new Person(userid);
      const subject = `Regretted by ${userid}`;
      const number = await postsMeanwhile(board().daemon, subject, 'Text.', userid);
      using terminal = gnus(person, `1-${number - 1}`);
      await terminal.shows(/\d: sample\.board/);
      await terminal.keys('Enter');
      await terminal.shows(new RegExp(`\\] ${subject}`));
      await terminal.keys('Space');
      await terminal.shows(new RegExp(`Subject: ${subject}`));
      await terminal.keys('C');
      await terminal.shows(/really want to cancel this article\?/);
      await terminal.keys('y');
      if (userid === 'ed@rgtp.test') await gone(board().daemon, number);
      else await terminal.shows(/only editors of sample\.board/);
      expect(await isThere(board().daemon, number)).toBe(userid === 'ann@rgtp.test');
    }
  });

  /** How often the bridge has answered a command like that. */
  async function answered(verb: string, status: number): Promise<number> {
    const metrics = await (await fetch(`http://127.0.0.1:${board().http}/metrics`)).text();
    const wanted = `rgtp_nntp_commands_total{verb="${verb}",status="${status}"} `;
    const line = metrics.split('\n').find((each) => each.startsWith(wanted));
    return Number(line?.slice(wanted.length) ?? 0);
  }

  client.can('STARTTLS', 'logs in, and reads over STARTTLS', async () => {
    using person = new Person();
    const upgrades = await answered('STARTTLS', 382);
    const logins = await answered('AUTHINFO PASS', 281);
    using terminal = gnus(person, '1-3213');
    await reads(terminal);
    expect(await answered('STARTTLS', 382)).toBeGreaterThan(upgrades);
    expect(await answered('AUTHINFO PASS', 281)).toBeGreaterThan(logins);
  });

  client.can('NNTPS', 'logs in, and reads over NNTPS', async () => {
    using person = new Person();
    const logins = await answered('AUTHINFO PASS', 281);
    const how = `(nntp-port-number ${board().tlsPort}) (nntp-open-connection-function nntp-open-tls-stream)`;
    using terminal = gnus(person, '1-3213', how);
    await reads(terminal);
    expect(await answered('AUTHINFO PASS', 281)).toBeGreaterThan(logins);
  });
});
