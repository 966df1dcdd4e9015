import { expect, test } from 'vitest';
import { openBoard } from '../../board/boards.ts';
import { recordedPost } from '../../news/posting/recorded.ts';
import { CuttingProxy } from '../../support/cutting-proxy.ts';
import { draft, NEWSGROUP, PEER, TestBridge } from './bridge.ts';

/** A bridge whose every line to the board is heard. */
async function setUp() {
  const board = await openBoard();
  const heard: string[] = [];
  const proxy = await CuttingProxy.open(board.address.port, (step, line) => {
    if (step.startsWith('C ')) heard.push(line);
    return 'pass';
  });
  const bridge = await TestBridge.open(proxy.port, { poster: { now: () => Date.UTC(2026, 10, 21, 23) } });
  const ann = await bridge.ann();
  return { heard, bridge, ann, proxy };
}

const quoted = ['> .leading dot line', '> ..two dots'];

test.each([
  {
    newsreader: 'alpine',
    bytes: [
      'On Mon, 12 Oct 2026, J\xc3\xbcrgen wrote:',
      '',
      '> Opening of A0000000.',
      ...quoted,
      '> UTF-8: \xc2\xa3 \xe2\x82\xac \xe2\x98\x83 caf\xc3\xa9',
      '>',
      '>',
    ],
  },
  { newsreader: 'gnus', bytes: ['reply from Gnus: caf\xe9'] },
  {
    newsreader: 'neomutt2',
    bytes: [
      'On Mon, Oct 12, 2026 at 11:04:37PM -0000, Alice Example wrote:',
      '> Opening of A0000001.',
      ...quoted,
      '> UTF-8: \xc2\xa3 \xe2\x82\xac \xe2\x98\x83 caf\xc3\xa9',
      '>',
      '',
      'reply typed by the test editor: caf\xc3\xa9',
    ],
  },
  { newsreader: 'newsie', grogname: '', bytes: ['hello', '..dot'] },
  { newsreader: 'nntplib', grogname: 'Alice', bytes: ['posted by nntplib', '..dot'] },
  {
    newsreader: 'pan2',
    bytes: [
      '> Opening of A0000019. .leading dot line ..two dots UTF-8: \xc2\xa3 \xe2\x82\xac \xe2\x98\x83 caf\xc3\xa9',
      '',
      'reply from pan',
    ],
  },
  { newsreader: 'sinntp', grogname: '', bytes: ['hello'] },
  {
    newsreader: 'slrn2',
    bytes: [
      'On 2026-11-21, Alice <alice@example.net> wrote:',
      '> posted by nntplib',
      '> .dot',
      '',
      'reply typed by the test editor: caf\xe9',
    ],
  },
  // Its subject, which a continuation would get, is not Latin-1: nor is its text.
  { newsreader: 'thunderbird', bytes: ['reply from Thunderbird caf\xc3\xa9', '..dot'] },
  {
    newsreader: 'tin2',
    bytes: [
      'J\xc3\xbcrgen <jm@example.net> wrote:',
      '> Opening of A0000000.',
      ...quoted,
      '> UTF-8: \xc2\xa3 \xe2\x82\xac \xe2\x98\x83 caf\xc3\xa9',
      '>',
      '',
      'reply typed by the test editor: caf\xc3\xa9',
    ],
  },
])('what the board gets of $newsreader, octet for octet', async ({ newsreader, grogname = 'Alice Example', bytes }) => {
  const { heard, bridge, ann, proxy } = await setUp();
  const text = recordedPost(newsreader)
    .toString('utf8')
    .replace(/^Newsgroups: .*$/m, `Newsgroups: ${NEWSGROUP}`);
  // the articles it replies to are here
  for (const id of new Set(/^References: .*$/m.exec(text)?.[0].match(/<[^>]+>/g) ?? [])) {
    await bridge.post(ann, draft({ 'Message-ID': id }, 'x'));
  }
  heard.length = 0;
  const answer = bridge.poster.post(Buffer.from(text), { person: ann, peer: PEER, suggested: '<s@x.y>', feed: false });
  expect(await answer).toMatch(/^<.*>$/);
  const start = heard.indexOf('DATA');
  const end = heard.indexOf('.');
  expect(heard.slice(start, end + 1)).toEqual(['DATA', grogname, ...bytes, '.']);
  expect(heard[end + 1]).toMatch(/^(REPL [A-Z]\d{7}|NEWI .*)$/);
  await proxy.close();
});
