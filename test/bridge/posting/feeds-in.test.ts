/** POST, IHAVE and TAKETHIS at once, by the server as `serve` runs it: each article once, and no peer sends in vain. */
import { expect, onTestFinished, test } from 'vitest';
import { EarlyArticles } from '../../../src/bridge/posting/early-articles.ts';
import { Offers } from '../../../src/bridge/posting/offers.ts';
import { NntpClient } from '../../support/nntp-client.ts';
import { openWholeServer, people, type WholeServer } from '../../support/whole-server.ts';

const GROUP = 'groggs.gossip';

async function open(): Promise<WholeServer> {
  const server = await openWholeServer();
  onTestFinished(() => server.close());
  return server;
}

async function peer(server: WholeServer): Promise<NntpClient> {
  const client = await NntpClient.connect(server.newsPort);
  onTestFinished(() => client.close());
  expect(await client.login(people.proving[2], people.password)).toMatch(/^281 /);
  return client;
}

function article(id: string, words = `Text of ${id}`): string[] {
  const text = ['From: Ann <a@b.example>', `Newsgroups: ${GROUP}`, `Subject: ${id}`, `Message-ID: ${id}`];
  return ['Path: peer!not-for-mail', `Date: ${new Date().toUTCString()}`, ...text, '', words, '.'];
}

test('an article that comes by POST, IHAVE and TAKETHIS over many connections is posted once', async () => {
  const server = await open();
  const peers = await Promise.all(Array.from({ length: 9 }, () => peer(server)));
  const codes: string[] = [];
  const ids = Array.from({ length: 5 }, (_, n) => `<once.${n}@peer.example>`);
  await Promise.all(
    peers.map(async (client, n) => {
      for (const id of ids) {
        const command = ['POST', `IHAVE ${id}`, `TAKETHIS ${id}`][n % 3] ?? '';
        client.send(command);
        if (!command.startsWith('TAKETHIS')) {
          const asked = await client.line();
          if (!/^3/.test(asked)) {
            codes.push(asked.slice(0, 3));
            continue;
          }
        }
        // With other texts they do not wait for each other as equal posts do.
        client.send(...article(id, `Text of ${id}, as connection ${n} has it`));
        codes.push((await client.line()).slice(0, 3));
      }
    }),
  );
  expect(codes.filter((code) => /^2/.test(code))).toHaveLength(ids.length);
  expect(new Set(codes.filter((code) => !/^2/.test(code)))).toEqual(
    new Set(codes.filter((code) => ['441', '435', '436', '437', '439'].includes(code))),
  );
  const [reader] = peers;
  expect(await reader?.ask(`GROUP ${GROUP}`)).toMatch(/^211 /);
  const subjects = (await reader?.list('HDR Subject 1-', '225')) ?? [];
  for (const id of ids) expect(subjects.filter((line) => line.endsWith(id))).toHaveLength(1);
});

test('a peer that was told to send an article has it to itself, until it is there or the peer has gone', async () => {
  const server = await open();
  const [one, other] = [await peer(server), await peer(server)];
  const id = '<mine@peer.example>';
  expect(await one.ask(`CHECK ${id}`)).toBe(`238 ${id}`);
  expect(await one.ask(`CHECK ${id}`)).toBe(`238 ${id}`);
  expect(await other.ask(`CHECK ${id}`)).toMatch(`431 ${id} `);
  expect(await other.ask(`IHAVE ${id}`)).toMatch(/^436 /);
  one.send(`TAKETHIS ${id}`, ...article(id).slice(0, -1));
  expect(await other.ask(`CHECK ${id}`)).toMatch(`431 ${id} `);
  one.send('.');
  expect(await one.line()).toBe(`239 ${id}`);
  expect(await other.ask(`CHECK ${id}`)).toBe(`438 ${id} Duplicate`);

  expect(await one.ask('CHECK <gone@peer.example>')).toMatch(/^238 /);
  one.close();
  await expect.poll(() => other.ask('CHECK <gone@peer.example>')).toMatch(/^238 /);
});

test('RFC 5537 §3.6: an article shows the servers that it came through, and ours before them', async () => {
  const server = await open();
  const client = await peer(server);
  const header = async (name: string, id: string) => (await client.list(`HDR ${name} ${id}`, '225'))[0]?.slice(2);
  const long = `${'relay.example!'.repeat(200)}not-for-mail`;
  for (const [id, path, shown] of [
    ['<1@peer.example>', 'inn.example!.POSTED.192.0.2.1!not-for-mail', 'inn.example!.POSTED.192.0.2.1!not-for-mail'],
    ['<2@peer.example>', 'inn.example!\r\n\tother!not-for-mail', 'inn.example!other!not-for-mail'],
    ['<3@peer.example>', '\u00e9', 'not-for-mail'],
    ['<4@peer.example>', 'x'.repeat(2000), 'not-for-mail'],
    ['<5@peer.example>', long, `${'relay.example!'.repeat(50)}not-for-mail`],
  ] as const) {
    client.send(`TAKETHIS ${id}`, `Path: ${path}`, ...article(id).slice(1));
    expect(await client.line()).toBe(`239 ${id}`);
    expect(await header('Path', id)).toBe(`news.example.net!${shown}`);
    expect(await header('Injection-Info', id)).toBe('');
    expect(await header('Injection-Date', id)).toBe('');
  }
  expect(await client.post(article('<posted@peer.example>').slice(2, -1))).toMatch(/^240/);
  expect(await header('Path', '<posted@peer.example>')).toBe('news.example.net!.POSTED!not-for-mail');
  expect(await header('Injection-Info', '<posted@peer.example>')).toBe('news.example.net');
});

test('a follow-up that comes before what it follows is asked for again, by IHAVE', async () => {
  const server = await open();
  const client = await peer(server);
  const reply = article('<reply@peer.example>').toSpliced(1, 0, 'References: <item@peer.example>');
  const ihave = async (id: string, lines: readonly string[]) => {
    expect(await client.ask(`IHAVE ${id}`)).toMatch(/^335/);
    client.send(...lines);
    return client.line();
  };
  for (let n = 0; n < 3; n++) expect(await ihave('<reply@peer.example>', reply)).toMatch(/^436 References: /);
  client.send('TAKETHIS <reply@peer.example>', ...reply);
  expect(await client.line()).toMatch(/^439 <reply@peer\.example> References: /);
  expect(await client.post(reply.slice(1, -1))).toMatch(/^441 References: /);
  expect(await ihave('<item@peer.example>', article('<item@peer.example>'))).toMatch(/^235/);
  expect(await ihave('<reply@peer.example>', reply)).toMatch(/^235/);
  expect(await client.list('HDR References <reply@peer.example>', '225')).toEqual(['0 <item@peer.example>']);
});

test('a follow-up is asked for again for an hour, and there is a limit to them', () => {
  let time = 0;
  const early = new EarlyArticles(() => time);
  expect(early.mayComeAgain('<a@b>')).toBe(true);
  time = 3_599_999;
  expect(early.mayComeAgain('<a@b>')).toBe(true);
  time = 3_600_000;
  expect(early.mayComeAgain('<a@b>')).toBe(false);
  expect(early.mayComeAgain('<a@b>')).toBe(true);
  early.posted('<a@b>');
  time = 7_200_000;
  expect(early.mayComeAgain('<a@b>')).toBe(true);
  for (let n = 0; n < 10_000; n++) early.mayComeAgain(`<${n}@b>`);
  time = 10_800_000;
  expect(early.mayComeAgain('<9999@b>')).toBe(false);
  expect(early.mayComeAgain('<a@b>')).toBe(true);
});

test('no peer needs to bring what the board has itself', async () => {
  const server = await open();
  const client = await peer(server);
  for (const local of ['A0000000.00000001', 'motd.00000001', 'A0000000.00000002.edit']) {
    const ours = `<${local}@${GROUP}.invalid>`;
    expect(await client.ask(`CHECK ${ours}`)).toBe(`438 ${ours} Duplicate`);
    expect(await client.ask(`IHAVE ${ours}`)).toMatch(/^435 /);
  }
});

test('an offer is kept for ten seconds, by one session, and there is a limit to them', () => {
  let time = 0;
  const offers = new Offers(() => time);
  const [one, other] = [{}, {}];
  offers.promise('<a@b>', one);
  expect(offers.isElsewhere('<a@b>', other)).toBe(true);
  expect(offers.isElsewhere('<a@b>', one)).toBe(false);
  time = 9_999;
  expect(offers.isElsewhere('<a@b>', other)).toBe(true);
  time = 10_000;
  expect(offers.isElsewhere('<a@b>', other)).toBe(false);

  for (let n = 0; n <= 10_000; n++) offers.promise(`<${n}@b>`, one);
  expect(offers.isElsewhere('<0@b>', other)).toBe(false);
  expect(offers.isElsewhere('<1@b>', other)).toBe(true);
  offers.left(one);
  expect(offers.isElsewhere('<1@b>', other)).toBe(false);

  // However long it takes to send it.
  const [first, second] = [offers.arriving('<c@d>', one), offers.arriving('<c@d>', other)];
  time = 1_000_000;
  expect(offers.isElsewhere('<c@d>', one)).toBe(true);
  second();
  expect(offers.isElsewhere('<c@d>', one)).toBe(false);
  expect(offers.isElsewhere('<c@d>', other)).toBe(true);
  first();
  expect(offers.isElsewhere('<c@d>', other)).toBe(false);
});
