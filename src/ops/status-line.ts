/** The server's status in one line. */
import type { BoardStatus, Status } from './status.ts';

export function statusLine({ sessions, boards }: Pick<Status, 'sessions' | 'boards'>): string {
  const readers = `${sessions} ${sessions === 1 ? 'newsreader' : 'newsreaders'} connected`;
  return [readers, ...boards.flatMap(trouble)].join('; ');
}

function trouble({ name, ready, reachable, disk, lastError, phase }: BoardStatus): string[] {
  if (disk !== undefined) return [`${name}: ${disk}`];
  const because = lastError === undefined ? phase : lastError.message;
  if (!ready) return [`${name} can't be read yet: ${because}`];
  return reachable ? [] : [`${name} is away: ${because}`];
}
