/** Peers, by the server as `serve` runs it: a board's posts go out, as Usenet wants them, and come in; nothing goes round. */
import { expect, onTestFinished, test } from 'vitest';
import { FakePeer } from '../support/fake-peer.ts';
import { NntpClient } from '../support/nntp-client.ts';
import { openWholeServer, people, type WholeServer } from '../support/whole-server.ts';

const GROUP = 'groggs.gossip';

type Settings = Readonly<Record<string, string>>;

const sorted = (ids: Iterable<string>) => [...ids].sort();

async function open(settings: Settings): Promise<WholeServer> {
  const server = await openWholeServer({ settings });
  onTestFinished(() => server.close());
  return server;
}

async function fakePeer(): Promise<FakePeer> {
  const peer = await FakePeer.open();
  onTestFinished(() => peer.close());
  return peer;
}

/** Settings of one peer. */
function peerSettings(n: number, port: number, more: Settings = {}): Settings {
  const all = { ADDRESS: `nntp://127.0.0.1:${port}`, FROM: 'the beginning', ...more };
  return Object.fromEntries(Object.entries(all).map(([key, value]) => [`PEERS_${n}_${key}`, value]));
}

async function person(server: WholeServer, level: 2 | 3 = 2): Promise<NntpClient> {
  const client = await NntpClient.connect(server.newsPort);
  onTestFinished(() => client.close());
  expect(await client.login(people.proving[level], people.password)).toMatch(/^281 /);
  return client;
}

function post(client: NntpClient, id: string, lines: readonly string[] = [], group = GROUP): Promise<string> {
  const head = ['From: W <w@x.example>', `Newsgroups: ${group}`, `Message-ID: ${id}`];
  const subject = lines.some((line) => line.startsWith('Subject:')) ? [] : [`Subject: ${id}`];
  return client.post([...head, ...subject, ...lines, '', `Text of ${id}`]);
}

const idsOf = (peer: FakePeer) => [...peer.articles.keys()];
const header = (article: string | undefined, name: string) =>
  new RegExp(`^${name}: (.*)$`, 'm').exec(article?.split('\n\n')[0] ?? '')?.[1];

test('what is posted and what the board has goes out with all that RFC 5536 wants; withdrawals cancel it', async () => {
  const peer = await fakePeer();
  const server = await open(peerSettings(0, peer.address.port, { MOTD: 'no' }));
  const writer = await person(server);
  expect(await post(writer, '<one@x.example>')).toMatch(/^240/);
  expect(await post(writer, '<two@x.example>', ['References: <one@x.example>'])).toMatch(/^240/);
  await expect.poll(() => idsOf(peer)).toContain('<two@x.example>');
  const [welcome = ''] = idsOf(peer);
  for (const id of idsOf(peer)) {
    const article = peer.articles.get(id);
    expect(header(article, 'Path'), id).toBe('news.example.net!.POSTED!not-for-mail');
    expect(header(article, 'Injection-Info'), id).toBe('news.example.net');
    expect(header(article, 'Injection-Date'), id).toBe(header(article, 'Date'));
    expect(header(article, 'Message-ID'), id).toBe(id);
    expect(header(article, 'Xref'), id).toMatch(/^news\.example\.net groggs\.gossip:\d+$/);
    const names = (article?.split('\n\n')[0] ?? '').split('\n').map((line) => line.split(':')[0]?.toLowerCase());
    expect(new Set(names).size, id).toBe(names.length);
  }
  expect(header(peer.articles.get('<two@x.example>'), 'References')).toBe('<one@x.example>');
  // As a reader has it.
  const shown = await writer.askAll('BODY <one@x.example>');
  expect(peer.articles.get('<one@x.example>')?.split('\n\n')[1]).toBe(shown.slice(1).join('\n'));

  const editor = await person(server, 3);
  const cancel = ['Control: cancel <one@x.example>', 'Subject: cmsg cancel <one@x.example>', 'X-RGTP-Reason: rude'];
  expect(await post(editor, '<gone@x.example>', cancel)).toMatch(/^240/);
  const cancels = ['<cancel.one@x.example>', '<cancel.two@x.example>'];
  await expect.poll(() => idsOf(peer)).toEqual(expect.arrayContaining(cancels));
  expect(header(peer.articles.get('<cancel.two@x.example>'), 'Control')).toBe('cancel <two@x.example>');
  // What editors did goes out where it is asked for only.
  expect(idsOf(peer)).toEqual([welcome, '<one@x.example>', '<two@x.example>', ...cancels]);
});

test('what an editor changed goes out again and takes the place of what it was; replies to it find its thread', async () => {
  const [peer, other] = await Promise.all([fakePeer(), fakePeer()]);
  const server = await open({
    BOARDS_0_DOMAIN: 'board.example',
    ...peerSettings(0, peer.address.port, { MOTD: 'no', SUPERSEDES: 'yes', NAME: 'peer' }),
    ...peerSettings(1, other.address.port, { MOTD: 'no', NAME: 'other' }),
  });
  const editor = await person(server, 3);
  expect(await post(editor, '<one@x.example>')).toMatch(/^240/);
  expect(await post(editor, '<two@x.example>', ['References: <one@x.example>'])).toMatch(/^240/);
  for (const id of ['<first@x.example>', '<second@x.example>']) {
    const superseding = ['Supersedes: <one@x.example>', 'Subject: other'];
    expect(await post(editor, id, superseding)).toMatch(/^240/);
  }
  const revisions = () =>
    idsOf(peer).filter((id) => /^<[A-Z]\d{7}\.[0-9A-F]{8}\.r[0-9A-F]{8}@board\.example>$/.test(id));
  await expect.poll(() => revisions().length).toBe(4);
  const [one = '', two = '', again = '', twice = ''] = revisions();
  const supersedes = [one, two, again, twice].map((id) => header(peer.articles.get(id), 'Supersedes'));
  expect(supersedes).toEqual(['<one@x.example>', '<two@x.example>', one, two]);
  const article = peer.articles.get(again);
  expect(header(article, 'Message-ID')).toBe(again);
  expect(header(article, 'Subject')).toBe('other');
  expect(article?.split('\n\n')[1]).toContain('Text of <second@x.example>');
  expect(header(article, 'Path')).toBe('news.example.net!.POSTED!not-for-mail');
  expect(header(article, 'Injection-Date')).toBe(header(article, 'Date'));
  const names = (article?.split('\n\n')[0] ?? '').split('\n').map((line) => line.split(':')[0]?.toLowerCase());
  expect(new Set(names).size).toBe(names.length);
  expect(names).not.toContain('xref');
  expect(header(peer.articles.get(twice), 'References')).toBe('<one@x.example>');

  // It is ours, so nobody brings it; who answers to it answers to the post.
  expect(await editor.ask(`CHECK ${again}`)).toBe(`438 ${again} Duplicate`);
  expect(await post(editor, '<reply@x.example>', [`References: ${again}`])).toMatch(/^240/);
  expect((await editor.askAll('HEAD <reply@x.example>')).filter((line) => line.startsWith('References'))).toEqual([
    'References: <one@x.example>',
  ]);
  await expect.poll(() => idsOf(peer)).toContain('<reply@x.example>');
  await expect.poll(() => idsOf(other)).toContain('<reply@x.example>');
  const notices = [peer, other].flatMap(idsOf).filter((id) => /first|second/.test(id));
  expect([...notices, ...idsOf(other).filter((id) => id.includes('.r'))]).toEqual([]);

  expect(await post(editor, '<gone@x.example>', [`Control: cancel ${again}`])).toMatch(/^240/);
  const gone = ['<one@x.example>', '<two@x.example>', '<reply@x.example>', ...revisions()];
  const cancelled = () => [...peer.articles.values()].flatMap((text) => header(text, 'Control')?.slice(7) ?? []);
  await expect.poll(() => sorted(cancelled())).toEqual(sorted(gone));
  const elsewhere = () => [...other.articles.values()].flatMap((text) => header(text, 'Control')?.slice(7) ?? []);
  await expect.poll(() => sorted(elsewhere())).toEqual(sorted(gone.slice(0, 3)));
});

test('each peer is sent what it is to have', async () => {
  const [all, none, motd] = await Promise.all([fakePeer(), fakePeer(), fakePeer()]);
  const server = await open({
    ...peerSettings(0, all.address.port, { NOTICES: 'yes', NAME: 'all' }),
    ...peerSettings(1, none.address.port, { MOTD: 'no', CANCELS: 'no', NAME: 'none' }),
    ...peerSettings(2, motd.address.port, { NEWSGROUPS: '*.motd', NAME: 'motd' }),
  });
  const editor = await person(server, 3);
  expect(await post(editor, '<one@x.example>')).toMatch(/^240/);
  expect(await post(editor, '<day@x.example>', [], `${GROUP}.motd`)).toMatch(/^240/);
  expect(await post(editor, '<gone@x.example>', ['Control: cancel <one@x.example>'])).toMatch(/^240/);
  expect(await post(editor, '<two@x.example>')).toMatch(/^240/);
  await expect
    .poll(() => idsOf(all))
    .toEqual(
      expect.arrayContaining(['<day@x.example>', '<gone@x.example>', '<cancel.one@x.example>', '<two@x.example>']),
    );
  await expect.poll(() => idsOf(none)).toContain('<two@x.example>');
  expect(idsOf(none).filter((id) => /day|gone|cancel/.test(id))).toEqual([]);
  await expect.poll(() => idsOf(motd)).toContain('<day@x.example>');
  expect(idsOf(motd).filter((id) => /one|two|gone|cancel/.test(id))).toEqual([]);
});

test('a reload begins and ends feeds, and those that stay go on where they were', async () => {
  const [first, second] = await Promise.all([fakePeer(), fakePeer()]);
  const server = await open(peerSettings(0, first.address.port, { NAME: 'first' }));
  const writer = await person(server);
  expect(await post(writer, '<one@x.example>')).toMatch(/^240/);
  await expect.poll(() => idsOf(first)).toContain('<one@x.example>');
  const metrics = () => fetch(`http://127.0.0.1:${server.httpPort}/metrics`).then((answer) => answer.text());
  await expect.poll(metrics).toContain('rgtp_nntp_peer_backlog{peer="first"} 0\n');
  // One that stays counts on.
  const accepted = async () =>
    /^rgtp_nntp_peer_articles_total\{peer="first",outcome="accepted"\} .*$/m.exec(await metrics())?.[0];
  const before = await accepted();
  await server.reload({});
  expect(await accepted()).toBe(before);
  await server.reload(peerSettings(1, second.address.port, { NAME: 'second' }));
  await expect.poll(() => sorted(idsOf(second))).toEqual(sorted(idsOf(first)));
  await expect(server.reload(peerSettings(0, 1, { CA: '/nowhere/ca.pem' }))).rejects.toThrow(/authorities/);
  // The first one is where the second was, and the second, changed, is away.
  await server.reload({
    ...peerSettings(0, second.address.port, { NAME: 'first' }),
    ...peerSettings(1, 1, { NAME: 'second' }),
  });
  expect(await post(writer, '<two@x.example>')).toMatch(/^240/);
  await expect.poll(() => idsOf(second)).toContain('<two@x.example>');
  expect(idsOf(first)).not.toContain('<two@x.example>');
  expect(await metrics()).toContain('rgtp_nntp_peer_up{peer="first"} 1');
  await server.reload(peerSettings(0, second.address.port, { NAME: 'first', NEWSGROUPS: 'no.such.group' }));
  expect(await post(writer, '<three@x.example>')).toMatch(/^240/);
  await server.reload(peerSettings(0, first.address.port, { NAME: 'first' }));
  await expect.poll(() => idsOf(first)).toContain('<three@x.example>');
  // Each number once, whatever the name of the peer stood for.
  expect(idsOf(first)).not.toContain('<two@x.example>');
  expect(idsOf(second)).not.toContain('<three@x.example>');
});

test('two servers feed each other two boards: the same on both, nothing twice, and nothing goes round', async () => {
  const login = { MOTD: 'no', USER: people.proving[2], PASSWORD: people.password };
  const b = await open({ NAME: 'b.example', BOARDS_0_DOMAIN: 'board.b.example' });
  const toB = peerSettings(0, b.newsPort, { ...login, NAME: 'b', PATH: 'b.example' });
  const a = await open({ NAME: 'a.example', BOARDS_0_DOMAIN: 'board.a.example', ...toB });
  await b.reload(peerSettings(0, a.newsPort, { ...login, NAME: 'a', PATH: 'a.example' }));
  const [atA, atB] = await Promise.all([person(a), person(b)]);
  const ids: string[] = [];
  for (let n = 0; n < 20; n++) {
    const [client, name] = n % 2 === 0 ? [atA, 'a'] : [atB, 'b'];
    const id = `<${n}@${name}.example>`;
    const root = ids.at(-1);
    if (root !== undefined) await expect.poll(() => client.ask(`STAT ${root}`)).toMatch(/^223 /);
    expect(await post(client, id, root === undefined ? [] : [`References: ${ids.join(' ')}`])).toMatch(/^240/);
    ids.push(id);
  }
  const shown = async (client: NntpClient) => {
    await client.ask(`GROUP ${GROUP}`);
    const ids = await client.list('HDR Message-ID 1-', '225');
    const references = await client.list('HDR References 1-', '225');
    const values = (lines: readonly string[]) => lines.map((line) => line.replace(/^\d+ /, ''));
    return values(ids)
      .map((id, n) => `${id} ${values(references)[n]}`)
      .sort();
  };
  const last = ids.at(-1) ?? '';
  for (const client of [atA, atB]) await expect.poll(() => client.ask(`STAT ${last}`)).toMatch(/^223 /);
  // Each board's welcome has come to the other one.
  const welcomes = [...(await shown(atA)), ...(await shown(atB))].filter((line) => line.includes('@board.'));
  const all = [...new Set(welcomes), ...ids.map((id) => `${id} ${ids.slice(0, ids.indexOf(id)).join(' ')}`)].sort();
  for (const client of [atA, atB]) await expect.poll(() => shown(client)).toEqual(all);
  expect(all).toHaveLength(22);
  const settled = async (server: WholeServer) => {
    const page = await fetch(`http://127.0.0.1:${server.httpPort}/metrics`).then((answer) => answer.text());
    return ['backlog', 'articles_total'].map((name) => page.match(new RegExp(`^rgtp_nntp_peer_${name}.*$`, 'gm')));
  };
  const counted = (peer: string, accepted: number) => [
    [`rgtp_nntp_peer_backlog{peer="${peer}"} 0`],
    ['offered', 'accepted', 'refused', 'deferred'].map(
      (outcome) =>
        `rgtp_nntp_peer_articles_total{peer="${peer}",outcome="${outcome}"} ${outcome === 'offered' || outcome === 'accepted' ? accepted : 0}`,
    ),
  ];
  // Ten of its own and its welcome: what came from there was not even offered.
  await expect.poll(() => settled(a)).toEqual(counted('b', 11));
  await expect.poll(() => settled(b)).toEqual(counted('a', 11));
});
