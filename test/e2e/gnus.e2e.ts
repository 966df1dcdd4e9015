import { afterAll, beforeAll, describe, expect } from 'vitest';
import { present } from './clients.ts';
import type { Daemon } from './daemon.ts';
import { known } from './known.ts';
import { Person } from './person.ts';
import { highest, newest } from './posted.ts';
import { domain, newsgroup, sampleDaemon } from './sample-daemon.ts';
import { Terminal } from './terminal.ts';

describe.skipIf(!present('Gnus', 'emacs', 'tmux'))('Gnus', () => {
  const client = known({
    name: 'Gnus',
    kind: 'terminal',
    version: 'emacs-nox',
    quirks: ['Uses STARTTLS at once where it is offered.', 'The version is Emacs’.'],
  });
  let daemon: Daemon;
  beforeAll(async () => {
    ({ daemon } = await sampleDaemon());
  });
  afterAll(() => daemon[Symbol.asyncDispose]());

  client.can(['list', 'read', 'log in', 'post', 'reply'], 'reads a thread, replies, and posts a new item', async () => {
    using person = new Person();
    const before = await highest(daemon);
    const settings = person.write(
      'gnus.el',
      `(setq user-full-name "Ann Reader" user-mail-address "${person.userid}" mail-host-address "rgtp.test"
      gnus-select-method '(nntp "127.0.0.1" (nntp-port-number ${daemon.port}))
      gnus-large-newsgroup nil gnus-interactive-exit nil gnus-novice-user nil gnus-agent nil
      gnus-use-dribble-file nil gnus-message-archive-group nil
      message-confirm-send nil inhibit-startup-screen t auth-source-save-behavior nil)
(with-eval-after-load 'gnus-sum
  (define-key gnus-summary-mode-map [f5] (lambda () (interactive) (gnus-summary-goto-article 3215))))\n`,
    );
    person.write('.authinfo', `machine 127.0.0.1 login ${person.userid} password ${person.secret} force yes\n`);
    person.write('.newsrc', `${newsgroup}: 1-3213\n`);
    using terminal = new Terminal(['emacs', '-nw', '-Q', '-l', settings, '-f', 'gnus'], { env: person.environment });
    await terminal.shows(/\d: sample\.board/, 60_000);
    await terminal.keys('Enter');
    await terminal.shows(/Four header lines/);
    await terminal.keys('F5');
    await terminal.shows(/This item has four header lines\./);

    await terminal.keys('F');
    await terminal.shows(/unsent followup/);
    await terminal.keys('M->');
    await terminal.type('Typed in Gnus: a café.');
    await terminal.keys('C-c', 'C-c');
    const reply = await newest(daemon, before);
    expect(reply.subject).toBe('Re: Four header lines');
    expect(reply.from).toEqual({ name: 'Ann Reader', address: person.userid });
    expect(reply.messageId).toMatch(/\.fsf@rgtp\.test>$/);
    expect(reply.references).toBe(`<P3231653.00000C8F@${domain}>`);
    expect(reply.body).toContain('> This item has four header lines.');
    expect(reply.body).toContain('Typed in Gnus: a café.');

    await terminal.shows(/\(Summary\)|\(Article\)/);
    await terminal.keys('a');
    await terminal.shows(/unsent posting/);
    await terminal.type('A new item from Gnus');
    await terminal.keys('M->');
    await terminal.type('Its text.');
    await terminal.keys('C-c', 'C-c');
    const item = await newest(daemon, reply.number);
    expect(item.subject).toBe('A new item from Gnus');
    expect(item.references).toBeUndefined();
    expect(item.body).toBe('Its text.\r\n');
  });
});
