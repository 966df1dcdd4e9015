import assert from 'node:assert/strict';
import { parseParameters } from '../../../src/news/posting/parameters.ts';
import { octetsFrom } from '../../../src/wire/octets.ts';
import type { ParserTarget } from '../target.ts';

/** Content-Type and Content-Disposition. */
export const parameters: ParserTarget = {
  name: 'parameters',
  seeds: () => [
    'text/plain; charset=utf-8; format=flowed',
    'multipart/mixed; boundary="a b"',
    "attachment; filename*0=a; filename*1*=b; filename*=utf-8''x",
    'text/plain (comment); charset="a\\"b" (more)',
  ],
  words: [';', '=', '"', '\\', '(', ')', '*0*=', 'charset', ' '],
  run(input) {
    const { value, parameters: found } = parseParameters(octetsFrom(input));
    assert.equal(value, value.toLowerCase().trim());
    for (const name of found.keys()) assert.equal(name, name.toLowerCase());
  },
};
