import { describe, expect, it } from 'vitest';
import { type LogOptions, openLog } from '../../src/ops/log.ts';
import type { LogFields } from '../../src/wire/log.ts';

function capture(options: Partial<LogOptions> = {}) {
  const lines: string[] = [];
  const log = openLog({ level: 'info', format: 'json', ...options, to: { write: (line) => void lines.push(line) } });
  return { log, lines, text: () => lines.join('') };
}

describe('the log', () => {
  it('is a line of JSON with time, level, fields and message', () => {
    const { log, lines } = capture();
    log.child({ connection: 'c7' }).warn({ board: 'gossip' }, 'away');
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      level: 'warn',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      connection: 'c7',
      board: 'gossip',
      msg: 'away',
    });
  });

  it('is pretty where asked', () => {
    const { log, text } = capture({ format: 'pretty' });
    log.info({ port: 119 }, 'listening');
    expect(text()).toMatch(/INFO: listening\n {4}port: 119/);
  });

  it('changes its level for children that exist', () => {
    const { log, lines } = capture();
    const child = log.child({ a: 1 });
    child.debug({}, 'not this');
    log.setLevel('debug');
    child.debug({}, 'this');
    log.setLevel('silent');
    child.error({}, 'nor this');
    expect(lines).toHaveLength(1);
  });

  it.each<[string, LogFields, string]>([
    ['a field', { secret: 'swordfish' }, 'x'],
    ['a nested field', { user: { name: 'a', sharedSecret: 'swordfish' } }, 'x'],
    ['in a list', { boards: [{ name: 'g', secret: 'swordfish' }] }, 'x'],
    ['a password', { smtp: { password: 'swordfish', passwordFile: 'swordfish' } }, 'x'],
    ['bytes', { reply: { nonce: Buffer.from('swordfish') } }, 'x'],
    ['a key', { key: 'swordfish' }, 'x'],
    ['a command', { line: 'AUTHINFO PASS swordfish' }, 'x'],
    ['a command with blanks and quotes', { line: 'authinfo  pass  sword"fish' }, 'x'],
    ['a message', {}, 'got AUTHINFO PASS swordfish from client'],
    ['SASL', {}, 'AUTHINFO SASL PLAIN swordfish'],
    ['an error', { err: new Error('bad: AUTHINFO PASS swordfish') }, 'x'],
  ])('masks secrets: %s', (_, fields, message) => {
    for (const format of ['json', 'pretty'] as const) {
      const { log, text } = capture({ format, level: 'debug' });
      log.info(fields, message);
      log.child({ ...fields }).debug({}, message);
      expect(text()).not.toContain('fish');
      expect(text()).not.toContain(Buffer.from('swordfish').toJSON().data.join());
      expect(text()).toContain('x'.length === message.length ? 'x' : 'redacted');
    }
  });

  it('keeps errors whole otherwise', () => {
    const { log, lines } = capture();
    log.error({ err: new Error('lost') }, 'failed');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ err: { type: 'Error', message: 'lost' } });
  });

  it('writes what an error says and its stack under any name, at any depth', () => {
    const { log, lines } = capture();
    log.warn({ cause: new Error('lost'), boards: [{ why: new Error('gone') }] }, 'failed');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      cause: { message: 'lost', stack: expect.stringContaining('log.test.ts') },
      boards: [{ why: { message: 'gone', stack: expect.stringContaining('log.test.ts') } }],
    });
  });

  it('takes a cause under `err` alone', () => {
    const { log } = capture();
    // @ts-expect-error: under `error` a cause was written as {}
    log.warn({ error: new Error('lost') }, 'failed');
    // @ts-expect-error: nor in a child
    log.child({ error: 'lost' });
  });
});
