import assert from 'node:assert/strict';
import { parseUdbm, UdbmError } from '../../../src/board/udbm/request.ts';
import { octetsFrom } from '../../../src/wire/octets.ts';
import { recordedCommands } from '../seeds.ts';
import { type ParserTarget, unlessRefused } from '../target.ts';

/** The arguments of UDBM. */
export const udbm: ParserTarget = {
  name: 'udbm',
  seeds: () => [
    ...recordedCommands()
      .filter((line) => /^udbm /i.test(line.toString('latin1')))
      .map((line) => line.subarray(5)),
    '-c ann@rgtp.test/write ident=md5 newsecret',
    '-u "a b"/edit setsecret <00112233 enable',
    '-vl ann/ ed/edit',
    '--delete x/read',
  ],
  words: ['-c ', '-u ', '-d ', '-l ', '--', '"', '/edit', 'setsecret <', 'ident=', 'lastref=', ' '],
  maxOctets: 300,
  run(input) {
    const request = unlessRefused(() => parseUdbm(octetsFrom(input)), UdbmError);
    if (request === undefined || !('who' in request)) return;
    for (const { userid } of [request.who].flat()) assert(userid.length > 0 && userid.length <= 75);
    if ('values' in request) assert((request.values.secret?.length ?? 0) <= 16);
  },
};
