import { open } from 'node:fs/promises';
import { mboxEntry } from '../../news/archive.ts';
import { storeErrorFrom } from '../../store/errors.ts';
import { giveName } from '../../store/target.ts';
import type { ArchivedArticle } from './articles.ts';

/** octets gathered before they are written */
const PIECE = 1024 * 1024;

/** Where an archive goes: it is written into `partial`, and gets its name once it is complete and on disk. */
export interface ArchivePlace {
  readonly path: string;
  readonly partial: string;
  readonly force: boolean;
}

/** Writes an mbox. Returns how many articles it has. */
export async function writeMbox(
  { path, partial, force }: ArchivePlace,
  articles: AsyncIterable<ArchivedArticle>,
): Promise<number> {
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
  }
}
