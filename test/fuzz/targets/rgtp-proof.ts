import assert from 'node:assert/strict';
import { clientProof, type Proof, parseSecret, serverProof } from '../../../src/rgtp/proof.ts';
import { octetsFrom } from '../../../src/wire/octets.ts';
import type { ParserTarget } from '../target.ts';

const NONCE = Buffer.alloc(16, 7);

/** A userid, a line end, and a secret as people type it (RGTP 2.4). */
export const rgtpProof: ParserTarget = {
  name: 'rgtp-proof',
  seeds: () => ['ann@rgtp.test\n00 11 22 33', 'Ann@RGTP.Test\nFF', 'a\n', '\nxyz'],
  maxOctets: 1000,
  run(input) {
    const text = octetsFrom(input);
    const end = text.indexOf('\n');
    const secret = parseSecret(text.slice(end + 1));
    if (secret === undefined) return;
    assert(secret.length > 0);
    for (const foldWholeUserid of [true, false]) {
      const userid = octetsFrom(input.subarray(0, Math.max(0, end)));
      const facts: Proof = { userid, secret, serverNonce: NONCE, clientNonce: NONCE, foldWholeUserid };
      assert.equal(clientProof(facts).length, 16);
      assert.notDeepEqual(clientProof(facts), serverProof(facts));
    }
  },
};
