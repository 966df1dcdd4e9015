import fc from 'fast-check';
import { expect, test } from 'vitest';
import { commands } from '../../src/nntp/commands/table.ts';
import { collect, sessionWith } from '../support/front-end.ts';
import { rfcWorld } from '../support/rfc-world.ts';

/** Commands that change what the following lines are, or end the session. */
const MODAL = new Set(['POST', 'IHAVE', 'TAKETHIS', 'AUTHINFO SASL', 'COMPRESS', 'STARTTLS', 'QUIT']);
const HEADS = Object.keys(commands).filter((head) => !MODAL.has(head));
const MULTI_LINE = new Set(['100', '101', '215', '220', '221', '222', '224', '225', '230', '231', '282']);
const KNOWN = new Set([
  ...['100', '101', '111', '200', '201', '205', '211', '215', '220', '221', '222', '223', '224', '225', '230', '231'],
  ...['281', '282', '381', '403', '411', '412', '420', '421', '422', '423', '430', '480', '481', '482', '500', '501'],
  ...['502', '503', '203', '238', '431', '438'],
]);

const argument = fc.oneof(
  fc.constantFrom('misc.test', 'local.chat', 'no.such', 'example.empty.newsgroup', '<45223423@example.com>', '<no@id>'),
  fc.constantFrom('3000234', '3000237-', '1-', '3000238-3000234', '0', '-', '9999999999999999', '2147483648'),
  fc.constantFrom(
    '*',
    '*.test,!misc.*',
    '*recovery',
    'subject',
    ':bytes',
    ':lines',
    'GMT',
    '19990101',
    '000000',
    'READER',
  ),
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.string({ maxLength: 30 }),
);
const separator = fc.constantFrom(' ', '  ', '\t', ' \t ');
const command = fc
  .tuple(fc.constantFrom(...HEADS), fc.array(argument, { maxLength: 4 }), separator, fc.boolean())
  .map(([head, words, between, lower]) => [lower ? head.toLowerCase() : head, ...words].join(between));
const line = fc
  .oneof({ weight: 8, arbitrary: command }, { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 600 }) })
  // One line each, and none that means something else afterwards.
  .map((text) => text.replace(/[\r\n]/g, ''))
  .filter((text) => !/^\s*(post|ihave|takethis|quit|starttls|compress|authinfo\s+sasl)\b/i.test(text));

/** Takes the answers apart: each has a status line, and a block where its code says so. */
function statusLines(text: string, listgroups: readonly boolean[]): string[] {
  const lines = text.split('\r\n');
  expect(lines.pop()).toBe('');
  const statuses: string[] = [];
  while (lines.length > 0) {
    const status = lines.shift() ?? '';
    const code = status.slice(0, 3);
    // 211 begins a block where LISTGROUP was asked.
    const block = MULTI_LINE.has(code) || (code === '211' && listgroups[statuses.length - 1] === true);
    statuses.push(status);
    if (!block) continue;
    const end = lines.indexOf('.');
    expect(end, `the end of the block after ${status}`).toBeGreaterThanOrEqual(0);
    lines.splice(0, end + 1);
  }
  return statuses;
}

test('whatever is sent: each line gets one answer with a known code, and the session goes on', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 40 }), async (lines) => {
      const client = sessionWith(rfcWorld());
      const answers = collect(client);
      client.end(`${[...lines, 'QUIT'].join('\r\n')}\r\n`);
      const statuses = statusLines(
        await answers,
        lines.map((text) => /^\s*listgroup\b/i.test(text)),
      );
      expect(statuses).toHaveLength(lines.length + 2);
      expect(statuses.at(-1)).toMatch(/^205 /);
      for (const status of statuses) {
        expect(KNOWN.has(status.slice(0, 3)), status).toBe(true);
        expect(Buffer.byteLength(status, 'latin1')).toBeLessThanOrEqual(510);
      }
    }),
    { numRuns: 300 },
  );
});
