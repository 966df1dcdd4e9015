import { expect, test } from 'vitest';
import { play } from '../support/exchange.ts';
import { serve } from '../support/nntp-server.ts';
import { rfcWorld } from '../support/rfc-world.ts';

const ACTIVE = `S: 215
  S! misc.test 3002322 3000234 y
  S! comp.risks 442001 441099 m
  S! alt.rfc-writers.recovery 4 1 y
  S! tx.natives.recovery 89 56 y
  S! example.empty.newsgroup 3999 4000 y
  S! local.chat 3 1 y
  S! .`;

/** clause, exchange: the standards' own examples, with the groups and numbers of `rfcWorld` */
const rows: readonly [clause: string, exchange: string][] = [
  ['3977 §7.2 HELP', 'C: HELP\nS: 100\nS: ...\nC: HELP me\nS: 501'],
  [
    '3977 §7.3 NEWGROUPS',
    'C: NEWGROUPS 19990628 000000 GMT\nS: 231\nS! alt.rfc-writers.recovery 4 1 y\nS! tx.natives.recovery 89 56 y\nS! .',
  ],
  [
    '3977 §7.3 NEWGROUPS, a year of two digits',
    'C: NEWGROUPS 990629 170000 GMT\nS: 231\nS! tx.natives.recovery 89 56 y\nS! .',
  ],
  [
    '3977 §7.3 NEWGROUPS, none',
    'C: NEWGROUPS 20260101 000000 GMT\nS: 231\nS! .\nC: newgroups 260101 000000\nS: 231\nS! .',
  ],
  [
    '3977 §7.3 NEWGROUPS, no such moment',
    `C: NEWGROUPS 19991301 000000 GMT
     S: 501
     C: NEWGROUPS 19990230 000000 GMT
     S: 501
     C: NEWGROUPS 19990624 240000 GMT
     S: 501
     C: NEWGROUPS 1999624 000000 GMT
     S: 501
     C: NEWGROUPS 19990624 0000
     S: 501
     C: NEWGROUPS 19990624 000000 CET
     S: 501
     C: NEWGROUPS 19990624
     S: 501
     C: NEWGROUPS
     S: 501`,
  ],
  [
    '3977 §7.3 NEWGROUPS as nntplib sends it, with a blank at the end',
    'C: NEWGROUPS 990629 170000 GMT \nS: 231\nS: ...',
  ],
  [
    '3977 §7.4, §7.5 NEWNEWS',
    'C: NEWNEWS local.chat 20001231 235959 GMT\nS: 230\nS! <article.1@local.service>\nS! <article.2@local.service>\nS! <article.3@local.service>\nS! .',
  ],
  [
    '3977 §7.4, §7.5 NEWNEWS, later',
    'C: NEWNEWS local.chat 20010203 111933 GMT\nS: 230\nS! <article.3@local.service>\nS! .',
  ],
  ['3977 §7.4 NEWNEWS, none', 'C: NEWNEWS alt.* 20260624 000000 GMT\nS: 230\nS! .'],
  [
    '3977 §7.4 NEWNEWS with a wildmat of several patterns',
    'C: NEWNEWS *,!local.*,local.chat 20010202 000000 GMT\nS: 230\nS! <article.2@local.service>\nS! <article.3@local.service>\nS! .',
  ],
  [
    '3977 §7.4 NEWNEWS, wrong',
    'C: NEWNEWS\nS: 501\nC: NEWNEWS * 19990624\nS: 501\nC: NEWNEWS a,,b 19990624 000000\nS: 501\nC: NEWNEWS * 19990632 000000 GMT\nS: 501',
  ],
  ['3977 §7.6.1 LIST', `C: LIST\n${ACTIVE}`],
  ['3977 §7.6.3 LIST ACTIVE', `C: LIST ACTIVE\n${ACTIVE}\nC: list active \n${ACTIVE}`],
  [
    '3977 §7.6.3 LIST ACTIVE of some',
    'C: LIST ACTIVE *.recovery\nS: 215\nS! alt.rfc-writers.recovery 4 1 y\nS! tx.natives.recovery 89 56 y\nS! .',
  ],
  ['3977 §7.6.3 LIST ACTIVE of none', 'C: LIST ACTIVE no.such\nS: 215\nS! .'],
  [
    '3977 §4.1 what is no wildmat',
    'C: LIST ACTIVE [a]\nS: 501\nC: LIST ACTIVE a\\*\nS: 501\nC: LIST ACTIVE a,\nS: 501\nC: LIST ACTIVE a b\nS: 501',
  ],
  ['3977 §4.2 hyphens and many stars', 'C: LIST ACTIVE *-*r*t*s*.*\nS: 215\nS! alt.rfc-writers.recovery 4 1 y\nS! .'],
  [
    '3977 §7.6.4 LIST ACTIVE.TIMES',
    `C: LIST ACTIVE.TIMES misc.*,*.recovery
     S: 215
     S! misc.test 930445408 <creatme@isc.org>
     S! alt.rfc-writers.recovery 930562309 <m@example.com>
     S! tx.natives.recovery 930678923 <sob@academ.com>
     S! .
     C: LIST ACTIVE.TIMES tx.*
     S: 215
     S! tx.natives.recovery 930678923 <sob@academ.com>
     S! .`,
  ],
  [
    '3977 §7.6.1 LIST with a keyword that is not known, or known and not served',
    'C: LIST XTRA.DATA\nS: 501\nC: LIST DISTRIB.PATS\nS: 503\nC: list distrib.pats\nS: 503\nC: LIST EXTENSIONS\nS: 501',
  ],
  [
    '3977 §7.6.6 LIST NEWSGROUPS',
    'C: LIST NEWSGROUPS *.*-*.*,misc.test\nS: 215\nS! misc.test\tGeneral Usenet testing\nS! alt.rfc-writers.recovery\tRFC Writers Recovery\nS! .',
  ],
  [
    '3977 §8.4 LIST OVERVIEW.FMT',
    `C: LIST OVERVIEW.FMT
     S: 215
     S! Subject:
     S! From:
     S! Date:
     S! Message-ID:
     S! References:
     S! Bytes:
     S! Lines:
     S! Xref:full
     S! .
     C: LIST OVERVIEW.FMT x
     S: 501`,
  ],
  [
    '3977 §8.6 LIST HEADERS',
    `C: LIST HEADERS
     S: 215
     S! :
     S! :bytes
     S! :lines
     S! .
     C: LIST HEADERS RANGE
     S: 215
     S: ...
     C: LIST HEADERS msgid
     S: 215
     S: ...
     C: LIST HEADERS SOME
     S: 501`,
  ],
  [
    '6048 §2.2 LIST COUNTS',
    'C: LIST COUNTS *.t*,comp.*,!local.*\nS: 215\nS! misc.test 3002322 3000234 5 y\nS! comp.risks 442001 441099 2 m\nS! .',
  ],
  [
    '6048 §2.2 LIST COUNTS of an empty group',
    'C: LIST COUNTS example.*\nS: 215\nS! example.empty.newsgroup 3999 4000 0 y\nS! .',
  ],
  [
    '6048 §2.2 LIST COUNTS as tin asks: names between commas',
    'C: LIST COUNTS misc.test,local.chat\nS: 215\nS! misc.test 3002322 3000234 5 y\nS! local.chat 3 1 3 y\nS! .',
  ],
  [
    '6048 §2.1 lists that are not maintained',
    'C: LIST DISTRIBUTIONS\nS: 503\nC: LIST MODERATORS\nS: 503\nC: LIST DISTRIBUTIONS x\nS: 501',
  ],
  ['6048 §2.5 LIST MOTD, none', 'C: LIST MOTD\nS: 215\nS! .\nC: LIST MOTD x\nS: 501'],
  [
    '6048 §2.6 LIST SUBSCRIPTIONS',
    'C: LIST SUBSCRIPTIONS tx.*,misc.*\nS: 215\nS! misc.test\nS! tx.natives.recovery\nS! .\nC: LIST SUBSCRIPTIONS\nS: 215\nS: ...',
  ],
  ['2980 §2.3 XGTITLE', 'C: XGTITLE misc.*\nS: 282\nS! misc.test General Usenet testing\nS! .\nC: XGTITLE [\nS: 501'],
  [
    '2980 §2.3 XGTITLE of the selected group',
    'C: XGTITLE\nS: 412\nC: GROUP local.chat\nS: 211\nC: XGTITLE\nS: 282\nS! local.chat Plauderei über alles\nS! .',
  ],
];

test.each(rows)('RFC %s', async (_clause, exchange) => {
  const { connect } = await serve(rfcWorld());
  await play(await connect(), exchange);
});

test('RFC 6048 §§2.3–2.6 lists that are maintained are advertised', async () => {
  const backend = rfcWorld();
  backend.motdLines = ['Backups tonight.', '.', 'Grüße'];
  const { connect } = await serve(backend, {
    lists: {
      distributions: ['fr\tLocal to France.', 'thissite\tLocal to this site.'],
      moderators: ['foo.bar:announce@example.com', '*:%s@moderators.example.com'],
      subscriptions: '*,!*.recovery',
    },
  });
  const client = await connect();
  const capabilities = await client.askAll('CAPABILITIES');
  const lists = capabilities.find((line) => line.startsWith('LIST '));
  expect(lists).toBe(
    'LIST ACTIVE ACTIVE.TIMES COUNTS DISTRIBUTIONS HEADERS MODERATORS MOTD NEWSGROUPS OVERVIEW.FMT SUBSCRIPTIONS',
  );
  await play(
    client,
    `C: LIST DISTRIBUTIONS
     S: 215
     S! fr\tLocal to France.
     S! thissite\tLocal to this site.
     S! .
     C: LIST MODERATORS
     S: 215
     S! foo.bar:announce@example.com
     S! *:%s@moderators.example.com
     S! .
     C: LIST MOTD
     S: 215
     S! Backups tonight.
     S! ..
     S! Grüße
     S! .
     C: LIST SUBSCRIPTIONS *.t*,*.recovery
     S: 215
     S! misc.test
     S! .`,
  );
});

test('RFC 3977 §7.2 HELP names every command with its arguments', async () => {
  const { connect } = await serve();
  const [status, ...lines] = await (await connect()).askAll('HELP');
  expect(status).toMatch(/^100 /);
  expect(lines).toContainEqual(expect.stringMatching(/^ {2}LISTGROUP \[newsgroup \[range\]\] {2,}select /));
  expect(lines).toContainEqual(expect.stringMatching(/^ {2}HELP {2,}this$/));
  expect(lines.length).toBeGreaterThan(35);
  expect(lines.every((line) => Buffer.byteLength(line) < 150)).toBe(true);
});

test('RFC 3977 §7.1 DATE', async () => {
  const { connect } = await serve();
  const client = await connect();
  const before = Math.floor(Date.now() / 1000);
  const answer = await client.ask('DATE');
  const [, year, month, day, hour, minute, second] = /^111 (\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(answer) ?? [];
  const told = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  const after = Math.floor(Date.now() / 1000);
  expect([before, told / 1000, after].toSorted((a, b) => a - b)).toEqual([before, told / 1000, after]);
});

test('RFC 3977 §7.3.2 without GMT the time is the server’s own', async () => {
  const backend = rfcWorld();
  const now = new Date(2020, 5, 1, 12, 0, 0);
  backend.add('new.group', { created: now.getTime() / 1000 });
  const { connect } = await serve(backend);
  const client = await connect();
  expect(await client.askAll('NEWGROUPS 20200601 120000')).toContain('new.group 0 1 y');
  expect(await client.askAll('NEWGROUPS 20200601 120001')).toHaveLength(1);
});

test.each(['a.*', 'a.one,a.two', 'a.two,a.three', 'a.one'])(
  'RFC 3977 §7.4 NEWNEWS %s names an article in several groups once',
  async (wildmat) => {
    const backend = rfcWorld();
    for (const name of ['a.one', 'a.two', 'a.three']) {
      const group = backend.add(name);
      group.put(`<${name}@example.com>`, 'From: x\r\n\r\ny\r\n');
      // Found in the last of them.
      group.put('<all@example.com>', 'From: x\r\n\r\ny\r\n');
    }
    const { connect } = await serve(backend);
    const [, ...told] = await (await connect()).askAll(`NEWNEWS ${wildmat} 20250101 000000 GMT`);
    const own = ['a.one', 'a.two', 'a.three'].filter((name) => wildmat === 'a.*' || wildmat.split(',').includes(name));
    expect(told.sort()).toEqual(['<all@example.com>', ...own.map((name) => `<${name}@example.com>`)].sort());
  },
);
