import { duplexPair } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { RgtpConnection } from '../../../src/rgtp/client/connection.ts';

/** Ways to be called, which differ in what runs before. */
const callers: readonly [string, (task: () => void) => void][] = [
  ['the event loop', (task) => void globalThis.setImmediate(task)],
  ['a promise', (task) => void Promise.resolve().then(task)],
  ['a promise of a timer', (task) => void setImmediate().then(task)],
  ['nextTick', (task) => process.nextTick(task)],
];

test.each(callers)('a server in this process greets before anybody asks; opened from %s', async (_caller, call) => {
  const connect = () => {
    const [client, server] = duplexPair();
    server.write('231 come in\r\n');
    return client;
  };
  const opened = Promise.withResolvers<RgtpConnection>();
  call(() => RgtpConnection.open({ host: 'inside', port: 0, connect }).then(opened.resolve, opened.reject));
  const connection = await opened.promise;
  expect(connection.level).toBe(1);
  connection.destroy();
});
