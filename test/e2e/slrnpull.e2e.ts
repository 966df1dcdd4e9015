import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { present } from './clients.ts';
import { fetchesAndSends } from './fetching.ts';
import { known } from './known.ts';
import { Person } from './person.ts';
import { postsMeanwhile } from './posted.ts';
import { sampleBoard } from './sample-board.ts';
import { newsgroup, secureDaemon } from './sample-daemon.ts';
import { serving } from './serving.ts';

/** slrnpull fetches news into a spool that slrn reads without a connection, and sends what was written there. */
describe.skipIf(!present('slrnpull', 'slrnpull'))('slrnpull', () => {
  const slrnpull = known({
    name: 'slrnpull',
    kind: 'tool',
    version: 'slrnpull',
    quirks: [
      'Fetches by HEAD and BODY or ARTICLE, one number after the other.',
      'Sends the posts in out.going without doubling dots.',
    ],
  });
  const person = new Person();
  const spool = join(person.home, 'spool');
  const group = join(spool, 'news', ...newsgroup.split('.'));
  const outgoing = join(spool, 'out.going');
  const board = serving(secureDaemon);
  beforeAll(async () => {
    mkdirSync(outgoing, { recursive: true });
    writeFileSync(join(spool, 'slrnpull.conf'), `default 50 0\n${newsgroup} 0 0\n`);
  });
  afterAll(() => person[Symbol.dispose]());

  const pull = async (server = `127.0.0.1:${board().daemon.port}`, userid = person.userid): Promise<void> => {
    writeFileSync(join(spool, 'authinfo'), `${userid}\n${sampleBoard.users[userid]}\n`);
    await promisify(execFile)('slrnpull', ['-d', spool, '-h', server], { maxBuffer: 1 << 26 });
  };
  const fetched = () =>
    (existsSync(group) ? readdirSync(group) : [])
      .filter((name) => /^\d+$/.test(name))
      .map((name) => readFileSync(join(group, name), 'utf8').replaceAll('\r\n', '\n'));

  fetchesAndSends(slrnpull, board, {
    name: 'slrnpull',
    pull,
    fetched,
    async send(article, userid) {
      // It sends lines as they are.
      const text = [...article.map((line) => line.replace(/^\./, '..')), ''].join('\n');
      writeFileSync(join(outgoing, 'X1'), text);
      await pull(undefined, userid);
      // What is refused stays, in rejects.
      const rejects = join(outgoing, 'rejects');
      const isRefused = readdirSync(rejects).length > 0;
      rmSync(rejects, { recursive: true });
      return !isRefused;
    },
  });

  slrnpull.can('NNTPS', 'fetches over NNTPS', async () => {
    await pull();
    await postsMeanwhile(board().daemon, 'Fetched over TLS', 'Text.');
    await pull(`snews://127.0.0.1:${board().tlsPort}`);
    expect(fetched().some((text) => text.includes('Subject: Fetched over TLS\n'))).toBe(true);
  });
});
