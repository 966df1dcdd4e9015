import assert from 'node:assert/strict';
import { openWholeServer } from '../../support/whole-server.ts';
import { complaining } from '../complaints.ts';
import { exchange } from '../exchange.ts';
import { pieces } from '../pieces.ts';
import type { WorldTarget } from '../target.ts';

/** Requests to the status server. */
export const httpRequest: WorldTarget = {
  name: 'http-request',
  seeds: () =>
    ['/', '/healthz', '/readyz', '/metrics', '/none'].map(
      (path) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
    ),
  words: [
    'GET ',
    'POST ',
    'Host: ',
    'Content-Length: ',
    'Transfer-Encoding: chunked\r\n',
    '\r\n\r\n',
    '%00',
    '/../',
    '?',
    '//',
  ],
  maxOctets: 3000,
  async open() {
    const { log, check } = complaining();
    const server = await openWholeServer({ log });
    return {
      async run(input) {
        const answer = await exchange(server.httpPort, pieces(input));
        if (answer.length > 0) assert.match(answer.toString('latin1'), /^HTTP\/1\.1 [1-5]\d\d /);
        check();
      },
      close: () => server.close(),
    };
  },
};
