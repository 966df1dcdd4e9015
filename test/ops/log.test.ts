import { describe, expect, it } from 'vitest';
import { PostingError } from '../../src/news/posting/error.ts';
import { Refusal } from '../../src/nntp/backend.ts';
import { type LogOptions, openLog } from '../../src/ops/log.ts';
import { RgtpError } from '../../src/rgtp/errors.ts';
import { StoreError } from '../../src/store/errors.ts';

const refused = Object.assign(new Error('connect ECONNREFUSED 192.0.2.1:1'), {
  code: 'ECONNREFUSED',
  syscall: 'connect',
});

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
    expect(text()).toMatch(/INFO: listening \{"port":119\}\n$/);
  });

  it('changes its level for children that exist', () => {
    const { log, lines } = capture();
    const child = log.child({ board: 'gossip' });
    child.debug({}, 'not this');
    log.setLevel('debug');
    child.debug({}, 'this');
    log.setLevel('silent');
    child.error({}, 'nor this');
    expect(lines).toHaveLength(1);
  });

  it.each<[string, object, string]>([
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
    const fields: object = { cause: new Error('lost'), boards: [{ why: new Error('gone') }] };
    log.warn(fields, 'failed');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      cause: { message: 'lost', stack: expect.stringContaining('log.test.ts') },
      boards: [{ why: { message: 'gone', stack: expect.stringContaining('log.test.ts') } }],
    });
  });

  it.each<[string, Error, string]>([
    [
      'a board that is away',
      new RgtpError('unavailable', 'no connection to b:1', { cause: refused }),
      'no connection to b:1: connect ECONNREFUSED 192.0.2.1:1',
    ],
    [
      'a disk that is full',
      new StoreError('full', '/data/x', 'no space', { cause: refused }),
      '/data/x: no space: connect ECONNREFUSED 192.0.2.1:1',
    ],
    [
      'a disk that fails, as SQLite says it',
      new StoreError('io', '/data/x', 'the disk fails (disk I/O error)', {
        cause: Object.assign(new Error('disk I/O error'), { code: 'ERR_SQLITE_ERROR', errcode: 10 }),
      }),
      '/data/x: the disk fails (disk I/O error)',
    ],
    [
      'an article that is refused',
      new Refusal('rejected', 'Subject: is missing', { cause: new PostingError('Subject: is missing') }),
      'Subject: is missing',
    ],
    ['the system', refused, 'connect ECONNREFUSED 192.0.2.1:1'],
    [
      'all addresses of a name',
      Object.assign(new AggregateError([refused, refused], ''), { code: 'ECONNREFUSED' }),
      'connect ECONNREFUSED 192.0.2.1:1; connect ECONNREFUSED 192.0.2.1:1',
    ],
    [
      'a certificate',
      Object.assign(new Error('certificate has expired'), { code: 'CERT_HAS_EXPIRED' }),
      'certificate has expired',
    ],
  ])('says of what is no bug why, on one line: %s', (_, err, reason) => {
    const { log, lines, text } = capture();
    log.warn({ err }, 'x');
    log.child({ err }).warn({}, 'x');
    for (const line of lines)
      expect(JSON.parse(line)).toEqual({ level: 'warn', time: expect.any(String), reason, msg: 'x' });
    expect(text()).not.toContain('    at ');
  });

  it.each<[string, Error]>([
    ['alone', new TypeError('x is not a function')],
    ['behind something that is none', new RgtpError('nonsense', 'x', { cause: new TypeError('y') })],
    ["of Node's", Object.assign(new TypeError('bad argument'), { code: 'ERR_INVALID_ARG_TYPE' })],
    ['in a statement', Object.assign(new Error('no such column'), { code: 'ERR_SQLITE_ERROR' })],
  ])('keeps the stack of a bug: %s', (_, err) => {
    const { log, lines } = capture();
    log.error({ err }, 'failed');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ err: { stack: expect.stringContaining('log.test.ts') } });
  });

  it('takes a cause under `err` alone', () => {
    const { log } = capture();
    // @ts-expect-error: under `error` a cause was written as {}
    log.warn({ error: new Error('lost') }, 'failed');
    // @ts-expect-error: nor in a child
    log.child({ error: 'lost' });
  });
});
