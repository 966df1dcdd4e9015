import { expect, it } from 'vitest';
import { realServer } from './real-server.ts';

it.each([
  ['board.example', 'board.example', 1431],
  ['board.example:1432', 'board.example', 1432],
  ['127.0.0.1:1', '127.0.0.1', 1],
  ['[::1]:1431', '::1', 1431],
  ['[2001:db8::1]', '2001:db8::1', 1431],
])('a real server is %s', (RGTP_TEST_SERVER, host, port) => {
  expect(realServer({ RGTP_TEST_SERVER })).toEqual({ host, port, mayPost: false });
});

it.each([':1431', 'board.example:', 'board.example:0', 'board.example:65536', '::1', 'rgtp://board.example', 'a b'])(
  'no server is %s',
  (RGTP_TEST_SERVER) => {
    expect(() => realServer({ RGTP_TEST_SERVER })).toThrow('RGTP_TEST_SERVER is host:port');
  },
);

it('nobody is asked where nothing is said', () => {
  expect(realServer({})).toBeUndefined();
  expect(realServer({ RGTP_TEST_SERVER: '' })).toBeUndefined();
});

it('a user has a secret, and posts only when told to', () => {
  const server = { RGTP_TEST_SERVER: 'board.example' };
  const ann = { ...server, RGTP_TEST_USER: 'ann@example.org', RGTP_TEST_SECRET: '00FF' };
  const named = { host: 'board.example', port: 1431, user: 'ann@example.org', secret: '00FF' };
  expect(realServer(ann)).toEqual({ ...named, mayPost: false });
  expect(realServer({ ...ann, RGTP_TEST_POST: 'yes' })).toEqual({ ...named, mayPost: true });
  expect(() => realServer({ ...ann, RGTP_TEST_SECRET: 'password' })).toThrow('RGTP_TEST_SECRET');
  expect(() => realServer({ ...server, RGTP_TEST_USER: 'ann@example.org' })).toThrow('RGTP_TEST_SECRET');
  expect(() => realServer({ ...server, RGTP_TEST_POST: 'yes' })).toThrow('RGTP_TEST_USER');
});
