import { open, rm } from 'node:fs/promises';
import { mboxEntry } from '../../news/archive.ts';
import { storeErrorFrom } from '../../store/errors.ts';
import { giveName, nameBeside } from '../../store/target.ts';
import type { ArchivedArticle } from './articles.ts';

/** octets gathered before they are written */
const PIECE = 1024 * 1024;

/** Writes an mbox beside `path`, which gets its name once it is complete and on disk. Returns how many articles it has. */
export async function writeMbox(
  path: string,
  articles: AsyncIterable<ArchivedArticle>,
  force: boolean,
): Promise<number> {
  const partial = nameBeside(path);
  const file = await open(partial, 'wx', 0o600).catch((error: unknown) => {
    throw storeErrorFrom(error, partial);
  });
  let count = 0;
  try {
    let waiting: Buffer[] = [];
    let octets = 0;
    const write = async () => {
      await file.appendFile(Buffer.concat(waiting)).catch((error: unknown) => {
        throw storeErrorFrom(error, path);
      });
      waiting = [];
      octets = 0;
    };
    for await (const { content } of articles) {
      const entry = mboxEntry(content);
      waiting.push(entry);
      octets += entry.length;
      count++;
      if (octets >= PIECE) await write();
    }
    await write();
    await file.sync();
    await giveName(partial, path, force);
    return count;
  } finally {
    await file.close();
    await rm(partial, { force: true });
  }
}
