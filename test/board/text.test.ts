/** The text of a DATA command, as it is taken line by line. */
import { beforeEach, expect, it, vi } from 'vitest';
import type { ErrorResponse } from '../../src/board/error-response.ts';
import { contributionRules, TextReceiver } from '../../src/board/text.ts';

const made = vi.hoisted(() => ({ refusals: 0 }));

vi.mock('../../src/board/error-response.ts', async (original) => {
  const actual = await original<typeof import('../../src/board/error-response.ts')>();
  class Counted extends actual.ErrorResponse {
    constructor(...given: ConstructorParameters<typeof actual.ErrorResponse>) {
      super(...given);
      made.refusals++;
    }
  }
  return { ...actual, ErrorResponse: Counted };
});

beforeEach(() => {
  made.refusals = 0;
});

it.each([
  ['a NUL', 'x\0y', false, 423],
  ['a bare LF', 'x', true, 423],
  ['a line that is too long', 'x'.repeat(90), false, 423],
])('makes one error of thousands of lines with %s', (_, line, endedBare, code) => {
  const receiver = new TextReceiver(contributionRules);
  receiver.line(Buffer.from('grogname'));
  for (let n = 0; n < 1000; n++) receiver.line(Buffer.from(line), endedBare);
  expect(receiver.line(Buffer.from('.'))).toBe(true);
  expect(() => receiver.finish()).toThrow(expect.objectContaining({ code }) as ErrorResponse);
  expect(made.refusals).toBe(1);
});

it('makes two where lines are longer than the protocol allows: 512 takes precedence', () => {
  const receiver = new TextReceiver(contributionRules);
  receiver.line(Buffer.from('x\0y'));
  for (let n = 0; n < 1000; n++) receiver.tooLong();
  expect(() => receiver.finish()).toThrow(expect.objectContaining({ code: 512 }) as ErrorResponse);
  expect(made.refusals).toBe(2);
});
