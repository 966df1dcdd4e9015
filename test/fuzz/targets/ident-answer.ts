import assert from 'node:assert/strict';
import { identLookUp } from '../../../src/ident/look-up.ts';
import { tcpServer } from '../../support/tcp-server.ts';
import type { WorldTarget } from '../target.ts';

/** RFC 1413, our side as a client: whatever a machine answers is a short name without control characters, or nothing. */
export const identAnswer: WorldTarget = {
  name: 'ident-answer',
  seeds: () => [
    '7 , 8 : USERID : UNIX : ann\r\n',
    '7,8:ERROR:NO-USER\r\n',
    '7,8:USERID:OTHER:\x1b[31mx\r\n',
    `7,8:USERID:X:${'y'.repeat(2000)}\r\n`,
  ],
  words: ['7,8', ':USERID:', ':', '\r\n', 'é'],
  maxOctets: 3000,
  async open() {
    let answer: Buffer = Buffer.alloc(0);
    const server = await tcpServer((socket) => {
      socket.once('data', () => socket.end(answer));
    });
    const lookUp = identLookUp({ port: server.port, timeout: 60_000 });
    return {
      async run(input) {
        answer = input;
        const name = await lookUp({ localPort: 8, remotePort: 7, remoteAddress: '127.0.0.1' });
        if (name !== undefined) assert(/^\P{C}{1,100}$/su.test(name), JSON.stringify(name));
      },
      close: () => server.close(),
    };
  },
};
