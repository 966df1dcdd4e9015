/**
 * The board is away: who has a login saved, which the board accepted before, reads on. slrn would end if it were
 * refused, and Gnus would say that the password is wrong.
 */
import { describe, expect, it } from 'vitest';
import { present } from './clients.ts';
import { Person } from './person.ts';
import { newsgroup, remoteDaemon, sampleDaemon } from './sample-daemon.ts';
import { serving } from './serving.ts';
import { Terminal } from './terminal.ts';

/** The only article that is unread: its subject, and how its text begins. */
const UNREAD = 3215;
const READ = `1-${UNREAD - 1},${UNREAD + 1}-3217`;
const subject = /Four header lines/;
const text = /This item has four header lines\./;

describe.skipIf(!present('who reads while the board is away', 'slrn', 'emacs', 'tmux'))(
  'while the board is away',
  () => {
    const served = serving(async () => {
      const { daemon: board, rgtp } = await sampleDaemon();
      const bridge = await remoteDaemon(rgtp);
      using ann = new Person();
      const news = await bridge.client();
      expect(await news.login(ann.userid, ann.secret)).toMatch(/^281/);
      await news.ask(`GROUP ${newsgroup}`);
      expect((await news.list(`BODY ${UNREAD}`, '222')).join('\n')).toMatch(text);
      news.quit();
      await board.stop('SIGKILL');
      return { board, bridge };
    });

    it('slrn logs in and reads', async () => {
      using person = new Person();
      const settings = [
        `nnrpaccess "127.0.0.1" "${person.userid}" "${person.secret}"`,
        'set force_authentication 1',
        'set hostname "rgtp.test"',
        'set query_read_group_cutoff 0',
      ];
      const rc = person.write('.slrnrc', `${settings.join('\n')}\nset charset "utf-8"\n`);
      const newsrc = person.write('.jnewsrc', `${newsgroup}: ${READ}\n`);
      const where = ['-h', '127.0.0.1', '-p', String(served().bridge.port)];
      using terminal = new Terminal(['slrn', '-n', ...where, '-f', newsrc, '-i', rc], { env: person.environment });
      await terminal.shows(/sample\.board/);
      await terminal.keys('Enter');
      await terminal.shows(subject);
      await terminal.keys('Enter');
      await terminal.shows(text);
    });

    it('Gnus logs in and reads', async () => {
      using person = new Person();
      const settings = person.write(
        'gnus.el',
        `(setq user-full-name "Ann" user-mail-address "${person.userid}" inhibit-startup-screen t use-short-answers t
      gnus-select-method '(nntp "127.0.0.1" (nntp-port-number ${served().bridge.port}))
      gnus-large-newsgroup nil gnus-novice-user nil gnus-agent nil gnus-use-dribble-file nil auth-source-save-behavior nil)\n`,
      );
      person.write('.authinfo', `machine 127.0.0.1 login ${person.userid} password ${person.secret} force yes\n`);
      person.write('.newsrc', `${newsgroup}: ${READ}\n`);
      const lazily = '(setq native-comp-deferred-compilation nil native-comp-jit-compilation nil create-lockfiles nil)';
      const command = ['emacs', '-nw', '-Q', '--eval', lazily, '-l', settings, '-f', 'gnus'];
      using terminal = new Terminal(command, { env: person.environment });
      await terminal.shows(/1: sample\.board/);
      await terminal.keys('Enter');
      await terminal.shows(subject);
      await terminal.keys('Space');
      await terminal.shows(text);
    });
  },
);
