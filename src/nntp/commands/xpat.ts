import type { Soon } from '../../wire/soon.ts';
import { listing } from '../syntax/answer.ts';
import { status } from '../syntax/status.ts';
import { Wildmat } from '../syntax/wildmat.ts';
import { spanClaim } from './claim.ts';
import type { Command } from './command.ts';
import { headerLines, olderForm } from './header-lines.ts';

/** RFC 2980 §2.9: XHDR for the articles whose header matches. Without a match, or without articles: an empty list. */
export const xpat: Command = {
  head: 'XPAT',
  syntax: 'header range | message-id wildmat',
  words: [3, Number.POSITIVE_INFINITY],
  needs: 'read',
  claims: (client, [, ...words]) => spanClaim(client, words),
  run(client, [name = '', word, ...patterns]) {
    // Further arguments are the rest of a pattern with spaces.
    const wildmat = Wildmat.parse(patterns.join(' '));
    if (!wildmat) return status.syntax;
    const form = { ...olderForm, empty: listing(olderForm.status(name), []) };
    return headerLines(client, [name, word], form, (lines) => matching(lines, wildmat));
  },
};

function* matching(pieces: Iterable<Soon<Buffer>>, wildmat: Wildmat): Generator<Soon<Buffer>> {
  const keep = (piece: Buffer): Buffer => {
    const lines = piece.toString('utf8').split('\r\n');
    const kept = lines.filter((line) => line !== '' && wildmat.matches(line.slice(line.indexOf(' ') + 1)));
    return Buffer.from(kept.map((line) => `${line}\r\n`).join(''));
  };
  for (const piece of pieces) yield piece instanceof Promise ? piece.then(keep) : keep(piece);
}
