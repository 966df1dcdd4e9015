/** Newsreaders of two bridges behind HAProxy: docs/cluster.md. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NntpClient } from '../support/nntp-client.ts';
import { hasPostgres } from '../support/postgres.ts';
import { ACCOUNT, BalancedCluster, NEWSGROUP } from './balanced-cluster.ts';
import { present } from './clients.ts';
import { haproxy } from './haproxy.ts';
import { Person } from './person.ts';
import { Terminal } from './terminal.ts';
import { until } from './until.ts';

const POSTS = 14;
const script = join(import.meta.dirname, 'cluster_reader.py');

const isHere = hasPostgres && present('HAProxy', haproxy) && present('python3', 'python3');

describe.skipIf(!isHere)('two bridges behind HAProxy', () => {
  let cluster: BalancedCluster;

  beforeAll(async () => {
    cluster = await BalancedCluster.start();
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  async function posts(client: NntpClient, id: string): Promise<string> {
    const lines = ['From: A <a@x.example>', `Newsgroups: ${NEWSGROUP}`, `Subject: ${id}`, `Message-ID: ${id}`, '', id];
    return client.post(lines);
  }

  it('names readers by their own addresses, over TLS too, and believes nobody else', async () => {
    const { one, two, balancer } = cluster;
    const client = await cluster.reader({ from: '127.0.0.77' });
    const output = () => one.process.output + two.process.output;
    await until(() => /"address":"127\.0\.0\.77".*"logged in"/.test(output()), 'the address in the log');
    client.quit();
    const secured = connectTls({ host: '127.0.0.1', port: balancer.tls, rejectUnauthorized: false });
    const overTls = new NntpClient(secured);
    expect(await overTls.line()).toMatch(/^20[01] /);
    overTls.close();
    // Whoever is no balancer may not say who calls: a PROXY header of 192.0.2.1, from 127.0.0.78.
    const served = (await cluster.isReady(one)) ? one : two;
    const liar = connect({ host: '127.0.0.1', port: served.ports.news, localAddress: '127.0.0.78' });
    const header = '0d0a0d0a000d0a515549540a2111000cc0000201cb00710104d20077';
    liar.on('error', () => {});
    liar.end(Buffer.from(header, 'hex'));
    await new Promise((resolve) => liar.once('close', resolve));
    await until(() => /"address":"127\.0\.0\.78".*"untrusted"/.test(output()), 'the refusal in the log');
    expect(output()).not.toContain('192.0.2.1');
    const health = await fetch(`http://127.0.0.1:${balancer.health}/healthz`);
    expect(health.status).toBe(200);
  });

  /** Whoever was connected is so no more; and somebody can be again. */
  async function cutEverybody(): Promise<void> {
    const { one, two, balancer } = cluster;
    await one.process.kill();
    // HAProxy hears of it later than this test: until then it would send everybody to the other one, which is to go.
    await until(
      async () => (await cluster.isReady(one)) && balancer.sendsTo('one'),
      () => `a bridge to be back: ${one.process.output.slice(-2000)} ${balancer.output.slice(-2000)}`,
      120_000,
    );
    await two.process.kill();
  }

  it.skipIf(!present('slrn', 'slrn', 'tmux'))('slrn reads and posts on while bridges are killed', async () => {
    using person = new Person();
    const settings = [
      `set username "${ACCOUNT.user}"`,
      'set hostname "client.example"',
      `set editor_command "${person.editor} %s"`,
      `nnrpaccess "127.0.0.1" "${ACCOUNT.user}" "${ACCOUNT.password}"`,
    ];
    const rc = person.write('.slrnrc', `${settings.join('\n')}\n`);
    const newsrc = person.write('.jnewsrc', `${NEWSGROUP}:\n`);
    const command = ['slrn', '-n', '-h', '127.0.0.1', '-p', String(cluster.balancer.news), '-f', newsrc, '-i', rc];
    using terminal = new Terminal(command, { env: person.environment });
    await terminal.shows(/-> +\d+ +groggs\.gossip/);
    await cutEverybody();
    await terminal.keys('Enter');
    await terminal.shows(/Group: groggs\.gossip[\s\S]*1\/\d+ \(/);
    await cutEverybody();
    await terminal.keys('Enter');
    await terminal.shows(/Subject: Welcome/);
    await cutEverybody();
    await terminal.keys('f');
    await terminal.shows(/want to followup\?/);
    await terminal.keys('y');
    await terminal.shows(/Post the message\?/);
    await terminal.keys('y');
    await terminal.shows(/Posting\.\.\.\s*done/);
    expect((await cluster.texts()).filter((text) => text.includes('Typed in an editor'))).toHaveLength(1);

    // What was read is read, wherever slrn is now; what it has posted is all that is new.
    await terminal.keys('q');
    await cutEverybody();
    await terminal.keys('G');
    await terminal.shows(/-> +1 +groggs\.gossip/);
    await terminal.keys('Enter');
    await terminal.shows(/Group: groggs\.gossip/);
    await cutEverybody();
    await terminal.keys('Enter');
    await terminal.shows(/Subject: Re: Welcome[\s\S]*Typed in an editor/);
    await terminal.keys('q', 'q');
    await terminal.shows(/really want to quit/);
    await terminal.keys('y');
    await terminal.ends();
    const client = await cluster.reader();
    const [, count, , high] = (await client.ask(`GROUP ${NEWSGROUP}`)).split(' ');
    client.quit();
    expect(count).toBe('2');
    expect(readFileSync(newsrc, 'utf8')).toContain(`${NEWSGROUP}: 1-${high}\n`);
  });

  it('nntplib reads and posts while bridges are killed, and notices nothing but cut connections', async () => {
    const { one, two, balancer } = cluster;
    const child = spawn('python3', [
      script,
      String(balancer.news),
      NEWSGROUP,
      ACCOUNT.user,
      ACCOUNT.password,
      String(POSTS),
    ]);
    let said = '';
    let complaints = '';
    let victim = one;
    let kills = 0;
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaints += text;
    });
    const acknowledged: string[] = [];
    for await (const text of child.stdout.setEncoding('utf8')) {
      said += text;
      const now = Array.from(said.matchAll(/^acknowledged (\S+)$/gm), ([, id = '']) => id);
      const isTime = now.slice(acknowledged.length).some((_, i) => (acknowledged.length + i) % 3 === 1);
      acknowledged.splice(0, Infinity, ...now);
      if (!isTime) continue;
      // The one that serves, if only one does; the other next time.
      if (!(await cluster.isReady(victim))) victim = victim === one ? two : one;
      await victim.process.kill();
      victim = victim === one ? two : one;
      kills++;
    }
    expect(complaints).toBe('');
    expect(kills).toBeGreaterThanOrEqual(4);
    expect(acknowledged).toHaveLength(POSTS);
    const { connections, seen } = JSON.parse(said.split('\n').at(-1) ?? '') as {
      connections: number;
      seen: Record<string, string>;
    };
    expect(connections).toBeGreaterThan(1);
    const ours = Object.values(seen).filter((id) => id.startsWith('<cluster.'));
    expect(ours.toSorted()).toEqual(acknowledged.toSorted());

    // On the board: each once.
    const texts = await cluster.texts();
    expect(texts.filter((text) => text.startsWith('The text')).toSorted()).toEqual(
      acknowledged.map((id) => `The text of ${id}`).toSorted(),
    );

    // And from each bridge the same.
    await one.process.end();
    const ofTwo = await cluster.everything();
    one.process.start();
    await two.process.end();
    expect(await cluster.everything()).toEqual(ofTwo);
    two.process.start();
  });

  it('a bridge that is not ready gets nobody; without PostgreSQL everybody reads on', async () => {
    const { one, two, balancer } = cluster;
    const firstName = await until(
      async () => ((await cluster.isReady(one)) ? 'one' : (await cluster.isReady(two)) ? 'two' : undefined),
      'a bridge to be ready',
    );
    const [first, other] = firstName === 'one' ? [one, two] : [two, one];
    first.toDatabase.cut(() => true, 0);
    first.toDatabase.hold();
    await until(
      () => cluster.isReady(other),
      `the other bridge to be ready: ${other.process.output.slice(-2000)}`,
      120_000,
    );
    await until(
      async () => !(await cluster.isReady(first)),
      () =>
        `the bridge without a database to say so: ${first.process.output.slice(-3000)} OTHER ${other.process.output.slice(-3000)}`,
    );
    const otherName = firstName === 'one' ? 'two' : 'one';
    await until(
      () => balancer.sendsTo(otherName) && !balancer.sendsTo(firstName),
      () => `HAProxy to know: ${balancer.output.slice(-2000)}`,
    );
    // Whoever comes now can post, every time.
    for (const n of [1, 2, 3]) {
      const client = await cluster.reader();
      expect(await posts(client, `<away.${n}@x>`)).toMatch(/^240/);
      client.quit();
    }
    first.toDatabase.release();

    const stays = await cluster.reader();
    await cluster.database.kill();
    await until(
      async () => !(await cluster.isReady(one)) && !(await cluster.isReady(two)),
      'both to miss the database',
    );
    expect(await posts(stays, '<none@x>')).toMatch(/^441 .*database is away/);
    expect(await stays.ask('STAT 2')).toMatch(/^223/);
    const comes = await cluster.reader();
    expect(await comes.ask('STAT 2')).toMatch(/^223/);
    await cluster.startDatabase();
    await until(
      async () => (await cluster.isReady(one)) || (await cluster.isReady(two)),
      'a bridge to have it again',
      120_000,
    );
    await until(async () => /^240|^441 435/.test(await posts(await cluster.reader(), '<back@x>')), 'a post');
    expect(await cluster.everything()).toEqual(expect.arrayContaining([expect.stringMatching(/\t<back@x>\t/)]));
  });
});
