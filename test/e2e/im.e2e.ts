import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe } from 'vitest';
import { present } from './clients.ts';
import { fetchesAndSends } from './fetching.ts';
import { known } from './known.ts';
import { Person } from './person.ts';
import { sampleBoard } from './sample-board.ts';
import { newsgroup, sampleDaemon } from './sample-daemon.ts';
import { serving } from './serving.ts';

/** im's imget and imput are what Mew read and sent with, before it spoke NNTP itself. */
describe.skipIf(!present('im', 'imget'))('im', () => {
  const client = known({
    name: 'im',
    kind: 'tool',
    version: 'im',
    quirks: [
      'Asks for each number between the marks.',
      'Reports it as an error if there is nothing new.',
      'Its servers are `host/port`. No TLS.',
    ],
  });
  const person = new Person();
  const folder = join(person.home, 'News', 'board');
  const board = serving(sampleDaemon);
  const server = () => `127.0.0.1/${board().daemon.port}`;
  beforeAll(() => {
    mkdirSync(join(person.home, '.im'));
    mkdirSync(join(person.home, 'Mail'));
  });
  afterAll(() => person[Symbol.dispose]());

  async function run(program: string, ...args: string[]): Promise<void> {
    const env = { ...process.env, ...person.environment };
    await promisify(execFile)(program, args, { cwd: person.home, env, maxBuffer: 1 << 26 });
  }

  fetchesAndSends(client, board, {
    name: 'im',
    async pull() {
      const fetching = run('imget', `--src=nntp:${newsgroup}@${server()}`, '--dst==board', '--count=10000');
      await fetching.catch((error: unknown) => {
        const said = error instanceof Error && 'stdout' in error ? String(error.stdout) : '';
        if (!/^imget: (no messages in |0 message)/m.test(said)) throw error;
      });
    },
    fetched: () =>
      (existsSync(folder) ? readdirSync(folder) : [])
        .filter((name) => /^\d+$/.test(name))
        .map((name) => readFileSync(join(folder, name), 'utf8')),
    async send(article, userid = person.userid) {
      person.write('.im/Config', `Address=${userid}\nNntpAuthUser=${userid}\nUsePwFiles=yes\nPwFiles=~/.im/Passwd\n`);
      person.write('.im/Passwd', `nntp/PASS ${server()} ${userid} ${sampleBoard.users[userid]}\n`);
      const draft = person.write('draft', `${article.join('\n')}\n`);
      const imput = `exec imput --obeyheader=on --ignoredot=on --nntpservers=${server()} <'${draft}'`;
      return run('sh', '-c', imput).then(
        () => true,
        () => false,
      );
    },
  });
});
