import assert from 'node:assert/strict';
import { endsConnection, errorFor } from '../../../src/rgtp/codes.ts';
import { octetsFrom } from '../../../src/wire/octets.ts';
import { parseStatus } from '../../../src/wire/status.ts';
import { recordedAnswers } from '../seeds.ts';
import type { ParserTarget } from '../target.ts';

/** The line both protocols answer with, and the error it stands for. */
export const rgtpStatus: ParserTarget = {
  name: 'rgtp-status',
  seeds: recordedAnswers,
  maxOctets: 2000,
  run(input) {
    const status = parseStatus(octetsFrom(input));
    if (status === undefined) return;
    assert(status.code >= 100 && status.code <= 599);
    endsConnection(status.code);
    const { message, line } = errorFor('ITEM', status);
    // Logs and articles show it.
    assert.match(message, /^[ -~]*$/);
    assert(message.length < 1500 && line !== undefined);
  },
};
