import { listing } from '../syntax/answer.ts';
import { status } from '../syntax/status.ts';
import { extentClaim } from './claim.ts';
import { listCommand } from './list-keyword.ts';

const command = listCommand('MOTD', '', [0, 0], ({ reader }) => {
  const motd = reader.motd?.();
  if (motd === undefined) return status.unsupported;
  return motd instanceof Promise ? motd.then((lines) => listing(status.list, lines)) : listing(status.list, motd);
});

/** RFC 6048 §2.5. */
export const listMotd: typeof command = {
  ...command,
  claims: () => extentClaim(),
  capability(client, report) {
    if (client.reader.motd) command.capability?.(client, report);
  },
};
