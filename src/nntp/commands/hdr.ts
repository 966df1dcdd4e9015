import { status } from '../syntax/status.ts';
import { spanClaim } from './claim.ts';
import type { Command } from './command.ts';
import { type Form, headerLines } from './header-lines.ts';

const form: Form = {
  status: () => '225 Headers follow',
  empty: status.emptyRange,
  shown: ({ shown }) => String(shown),
};

/** RFC 3977 §8.5. */
export const hdr: Command = {
  head: 'HDR',
  syntax: 'header [range | message-id]',
  words: [1, 2],
  needs: 'read',
  claims: (client, [, ...words]) => spanClaim(client, words),
  run: (client, [name = '', word]) => headerLines(client, [name, word], form),
  capability(_client, report) {
    report.push('HDR');
  },
};
