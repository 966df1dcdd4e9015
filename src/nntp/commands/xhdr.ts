import { status } from '../syntax/status.ts';
import { spanClaim } from './claim.ts';
import type { Command } from './command.ts';
import { type Form, headerLines, olderForm } from './header-lines.ts';

const form: Form = { ...olderForm, empty: status.noCurrent };

/** RFC 2980 §2.6. Claws and Sylpheed ask for newsgroups, to and cc of whole groups. */
export const xhdr: Command = {
  head: 'XHDR',
  syntax: 'header [range | message-id]',
  words: [1, 2],
  needs: 'read',
  claims: (client, [, ...words]) => spanClaim(client, words),
  run: (client, [name = '', word]) => headerLines(client, [name, word], form),
};
