import { listing } from '../answer.ts';
import { status } from '../status.ts';
import { listCommand } from './list-keyword.ts';

/** RFC 6048 §2.5. */
export const listMotd = listCommand('MOTD', '', [0, 0], (session) => {
  const motd = session.server.backend.motd(session.account);
  return motd instanceof Promise ? motd.then((lines) => listing(status.list, lines)) : listing(status.list, motd);
});
