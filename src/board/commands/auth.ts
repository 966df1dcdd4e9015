import { octets } from '../../wire/octets.ts';
import { ErrorResponse } from '../error-response.ts';
import { prove } from '../login.ts';
import { noArguments } from './arguments.ts';
import type { Command } from './command.ts';

/** RGTP 2.2.4: `AUTH hash nonce`, 16 octets each in hex */
export const auth: Command = {
  level: 0,
  async run(session, args) {
    if (session.challenge === undefined) throw new ErrorResponse(500, octets`AUTH not expected.`);
    const [, hash, nonce, more = octets``] = args.match(/^([0-9A-Fa-f]{32})\s*([0-9A-Fa-f]{32})\s*(.*)$/s) ?? [];
    if (hash === undefined || nonce === undefined) {
      throw new ErrorResponse(511, octets`Hex stream contained non-hex-digit or finished too early.`);
    }
    noArguments(more);
    await prove(session, Buffer.from(hash, 'hex'), Buffer.from(nonce, 'hex'));
  },
};
