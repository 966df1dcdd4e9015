import assert from 'node:assert/strict';
import { IdentRegistry } from '../../../src/ident/registry.ts';
import { IdentResponder } from '../../../src/ident/responder.ts';
import { exchange } from '../exchange.ts';
import type { WorldTarget } from '../target.ts';

/** RFC 1413, our side as a server: one line of answer to a query, silence to anything else, and the end. */
export const identQuery: WorldTarget = {
  name: 'ident-query',
  seeds: () => [
    '6193, 23\r\n',
    '1,1\n',
    ' 65535 , 65535 \r\n',
    '0, 0\r\n',
    '70000, 1\r\n',
    'x\r\n',
    `${'1'.repeat(100)}\r\n`,
  ],
  words: [',', ' ', '65535', '\r\n'],
  maxOctets: 200,
  async open() {
    const listen = { host: '127.0.0.1', port: 0 };
    const responder = await IdentResponder.open({ listen, registry: new IdentRegistry() });
    return {
      async run(input) {
        const answer = (await exchange(responder.address.port, [input])).toString('latin1');
        assert.match(answer, /^(?:\d{1,5}, \d{1,5} : ERROR : (?:INVALID-PORT|NO-USER)\r\n)?$/);
        const query = /^[^\n]{0,64}\n/.exec(input.toString('latin1'))?.[0] ?? '';
        if (/^[ \t]*\d{1,5}[ \t]*,[ \t]*\d{1,5}[ \t]*\r?\n$/.test(query)) assert.notEqual(answer, '');
      },
      close: () => responder.close(),
    };
  },
};
