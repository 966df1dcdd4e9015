/** Whatever bytes a board sends: each article is valid, and overview and HDR say what the article says. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeWords } from '../../../src/news/encoded-word.ts';
import { decode, stripControls } from '../../../src/wire/charset.ts';
import { join, latin1, type Octets } from '../../../src/wire/octets.ts';
import { readStrictly } from '../../support/strict-article.ts';
import { linesOf, testBoard } from '../../support/views.ts';

const NONE = latin1('');
const octet = fc.integer({ min: 0, max: 255 }).map((n) => String.fromCharCode(n));
const octets = (maxLength: number): fc.Arbitrary<Octets> =>
  fc
    .oneof(
      fc.string({ unit: octet, maxLength }),
      fc.string({
        unit: fc.constantFrom('a', ' ', '"', '\\', '<', '>', '@', ',', '=?UTF-8?Q?', '\t', '\xe9', '.'),
        maxLength,
      }),
    )
    .map(latin1);
const line = octets(120).map((text) => text.replace(/[\r\n]/g, NONE));
const writing = fc.record({
  userid: octets(75),
  grogname: octets(75),
  lines: fc.array(fc.oneof(line, fc.constant(latin1('.')), fc.constant(latin1('a'.repeat(2500)))), { maxLength: 6 }),
  time: fc.integer({ min: 0, max: 0xffffffff }),
});

const inOverview = ['Subject', 'From', 'Date', 'Message-ID', 'References', ':bytes', ':lines', 'Xref'];

test('articles are valid, and decode back to what the board has', async () => {
  await fc.assert(
    fc.asyncProperty(
      octets(94),
      writing,
      writing,
      fc.array(line, { maxLength: 3 }),
      async (subject, item, reply, reason) => {
        const { model, main, edits } = await testBoard();
        await model.newItem('O0591429', subject, item);
        await model.reply('O0591429', reply);
        await model.edit('O0591429', new Map([[1, item.lines]]), { reason, userid: reply.userid });
        await model.indexEdit({ reason, userid: item.userid });
        for (const [group, number] of [
          [main, 1],
          [main, 2],
          [main, 3],
          [edits, 4],
        ] as const) {
          const article = await group.article(number);
          if (article === undefined) throw new Error('no article');
          const { headers, body, octets: size } = readStrictly(article);
          const [overview = ''] = await linesOf(group.overview(number, number));
          const columns = overview.split('\t');
          expect(columns).toHaveLength(9);
          const said = new Map(headers).set(':bytes', String(size)).set(':lines', String(body.length));
          const expected = inOverview.map((name) => (name === 'Xref' ? 'Xref: ' : '') + (said.get(name) ?? ''));
          expect(columns).toEqual([String(number), ...expected]);
          for (const [name, value] of said) {
            expect(await linesOf(group.header(name.toLowerCase(), number, number))).toEqual([`${number} ${value}`]);
          }
        }
        const first = await main.article(1);
        const { headers, body } = readStrictly(first ?? expect.fail());
        const text = stripControls(decode(subject, 'auto')).replaceAll('\t', ' ').trim();
        expect(decodeWords(latin1(headers.get('Subject') ?? ''))).toBe(text || '(no subject)');
        if (item.lines.every((each) => each.length < 300)) {
          const lines =
            item.lines.length === 0
              ? []
              : decode(join(item.lines, latin1('\n')), 'auto')
                  .split('\n')
                  .map(stripControls);
          expect(body).toEqual(lines);
        }
      },
    ),
    { numRuns: 100 },
  );
});

describe('each character set', () => {
  test.each(['auto', 'latin1', 'utf-8', 'windows-1252'] as const)(
    '%s: valid articles',
    async (charset) => {
      await fc.assert(
        fc.asyncProperty(octets(94), writing, async (subject, item) => {
          const { model, main } = await testBoard({}, {}, { charset });
          await model.newItem('O0591429', subject, item);
          readStrictly((await main.article(1)) ?? expect.fail());
        }),
        { numRuns: 50 },
      );
    },
    60_000,
  );
});
