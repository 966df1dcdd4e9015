/** The table of contents of a backup. A folder without one is not a backup, or an unfinished one. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { readOwnFile } from '../store/own-file.ts';
import { Failure } from './failure.ts';

export const MANIFEST = 'manifest.json';

/**
 * The parts of a board that are kept, in the order in which they are copied: a permanent file is never newer than its
 * board.
 */
export const KINDS = ['permanent', 'board', 'boardKey', 'accountsKey', 'editorSecret'] as const;

/** One path element, so that a manifest can't lead out of its folder. */
const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/);

const manifest = z.strictObject({
  format: z.literal(1),
  /** the program's version */
  program: z.string(),
  /** ISO 8601 */
  made: z.string(),
  /** the folder of the files, beside the manifest */
  folder: name,
  files: z
    .array(
      z.strictObject({
        board: name,
        kind: z.enum(KINDS),
        file: name,
        octets: z.number(),
        sha256: z.string(),
      }),
    )
    // A file named twice would be moved into place twice.
    .refine((files) => new Set(files.map(({ file }) => file)).size === files.length, 'a file is named twice'),
});

export type Manifest = z.infer<typeof manifest>;
export type BackupFile = Manifest['files'][number];

/** @throws Failure if there is none, or a newer program wrote it */
export async function readManifest(directory: string): Promise<Manifest> {
  const path = join(directory, MANIFEST);
  let text: string;
  try {
    text = readOwnFile(path).toString('utf8');
  } catch (cause) {
    throw new Failure(`${directory} is not a complete backup: it has no ${MANIFEST}`, undefined, { cause });
  }
  try {
    return manifest.parse(JSON.parse(text));
  } catch (cause) {
    throw new Failure(
      `${path} is damaged, or of another version of rgtp-nntp`,
      'Restore another backup, or use the rgtp-nntp that made this one.',
      { cause },
    );
  }
}

/** In hex. */
export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
