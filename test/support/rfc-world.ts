import { MemoryBackend, type MemoryGroup } from './memory-backend.ts';

const TEST_ARTICLE = [
  'Path: pathost!demo!whitehouse!not-for-mail',
  'From: "Demo User" <nobody@example.net>',
  'Newsgroups: misc.test',
  'Subject: I am just a test article',
  'Date: 6 Oct 1998 04:38:40 -0500',
  'Organization: An Example Net, Uncertain, Texas',
  'Message-ID: <45223423@example.com>',
  '',
  'This is just a test article.',
  '',
].join('\r\n');

const at = (...time: [number, number, number, number?, number?, number?]): number => Date.UTC(...time) / 1000;

/** The groups and articles that the examples of RFC 3977 and RFC 6048 speak of, fewer where they count thousands. */
export function rfcWorld(): MemoryBackend {
  const backend = new MemoryBackend();
  const test = backend.add('misc.test', {
    description: 'General Usenet testing',
    created: 930445408,
    creator: '<creatme@isc.org>',
  });
  test.put('<45223423@example.com>', TEST_ARTICLE, 3000234, at(1998, 9, 6));
  put(test, 3000237, '<668929@example.org>', 'Re: I am just a test article', ['References: <45223423@example.com>']);
  put(test, 3000238, '<23894720@example.com>', 'Ditto', ['To: somebody@example.net']);
  put(test, 3000239, '<7@example.net>', 'Content-free\tand with a tab');
  put(test, 3002322, '<411@example.net>', 'Last');

  const risks = backend.add('comp.risks', { description: 'Risks', created: 930445409, creator: '<risks@example.com>' });
  risks.moderated = true;
  put(risks, 441099, '<risk.1@example.com>', 'A risk');
  put(risks, 442001, '<risk.2@example.com>', 'Another');

  const recovery = backend.add('alt.rfc-writers.recovery', {
    description: 'RFC Writers Recovery',
    created: 930562309,
    creator: '<m@example.com>',
  });
  put(recovery, 1, '<r1@example.com>', 'One');
  put(recovery, 4, '<r4@example.com>', 'Four');

  const natives = backend.add('tx.natives.recovery', {
    description: 'Texas Natives Recovery',
    created: 930678923,
    creator: '<sob@academ.com>',
  });
  put(natives, 56, '<t56@example.com>', 'Texas');
  put(natives, 89, '<t89@example.com>', 'More of it');

  const empty = backend.add('example.empty.newsgroup', {
    description: 'Nothing',
    created: 900000000,
    creator: 'nobody',
  });
  empty.low = 4000;
  empty.high = 3999;

  const chat = backend.add('local.chat', {
    description: 'Plauderei über alles',
    created: 900000000,
    creator: 'nobody',
  });
  put(chat, 1, '<article.1@local.service>', 'a', [], at(2001, 0, 1, 12));
  put(chat, 2, '<article.2@local.service>', 'b', [], at(2001, 1, 2, 12));
  put(chat, 3, '<article.3@local.service>', 'c', [], at(2001, 1, 3, 11, 20, 0));
  return backend;
}

function put(
  group: MemoryGroup,
  number: number,
  id: string,
  subject: string,
  more: string[] = [],
  arrived = 930000000,
): void {
  const head = [
    'Path: news.example.net!not-for-mail',
    'From: nobody@nowhere.to',
    `Newsgroups: ${group.name}`,
    `Subject: ${subject}`,
    'Date: 7 Oct 1998 11:38:40 +1200',
    `Message-ID: ${id}`,
    ...more,
  ];
  group.put(id, [...head, '', 'One line.', '.and a dot', ''].join('\r\n'), number, arrived);
}
