/**
 * The secret of a new board's editor. It is written to a file before the board exists, and stays marked as unseen until
 * a start has succeeded and shown it.
 */
import { existsSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { BoardStore } from '../board/store.ts';
import type { BoardPaths } from '../config/paths.ts';
import { makeFile, syncFolder } from '../store/new-file.ts';
import { readOwnFile } from '../store/own-file.ts';
import { latin1, type Octets } from '../wire/octets.ts';

/** What the person who starts a new board needs to know. */
export interface NewBoard {
  readonly userid: string;
  /** hex */
  readonly secret: string;
  /** the file that keeps the secret */
  readonly file: string;
  /** To be called once the secret has been shown, so that later starts do not show it again. */
  readonly seen: () => void;
}

interface Editor {
  readonly userid: Octets;
  readonly secret: Buffer;
}

type Paths = Pick<BoardPaths, 'editorSecret' | 'editorUnseen'>;

/**
 * Stores the secret, which survives a power cut once this returns. Replaces one left by a board that was never made.
 */
export function keepEditor({ editorSecret, editorUnseen }: Paths, { userid, secret }: Editor): void {
  for (const path of [editorUnseen, editorSecret]) rmSync(path, { force: true });
  makeFile(editorUnseen, `${userid}\n`);
  makeFile(editorSecret, `${hex(secret)}\n`);
}

/**
 * The editor whose secret nobody has seen yet; `undefined` if there is none, or the board has another secret by now.
 */
export function unseenEditor({ editorSecret, editorUnseen }: Paths, { users }: BoardStore): NewBoard | undefined {
  if (!existsSync(editorUnseen) || !existsSync(editorSecret)) return undefined;
  const userid = readOwnFile(editorUnseen).toString('latin1').trim();
  const secret = readOwnFile(editorSecret).toString('latin1').trim();
  const isCurrent = users.levels(latin1(userid)).some((account) => account.secret && hex(account.secret) === secret);
  const seen = () => {
    rmSync(editorUnseen, { force: true });
    syncFolder(dirname(editorUnseen));
  };
  return isCurrent ? { userid, secret, file: editorSecret, seen } : undefined;
}

function hex(secret: Buffer): string {
  return secret.toString('hex').toUpperCase();
}
