import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { FileEvent } from './trace.ts';

/** Octets that a disk writes completely or not at all – mostly. */
const SECTOR = 512;

type Change = { readonly at: number; readonly data: Buffer } | { readonly length: number };

interface File {
  durable: Buffer<ArrayBuffer>;
  /** not synced: any part of them may be on disk or not */
  changes: Change[];
  /** running syncs, by their number: how many changes each takes with it */
  readonly syncs: Map<number, number>;
}

/** One step of a folder: names, and what they stand for from then on. A rename is one step of two names. */
type EntryChange = ReadonlyMap<string, Folder | File | undefined>;

interface Folder {
  readonly entries: Map<string, Folder | File>;
  changes: EntryChange[];
  readonly syncs: Map<number, number>;
}

/** How likely a cut leaves each part of what was not synced. */
export interface Luck {
  /** 0 … 1, for a sector of a file, and for a change of a folder */
  readonly kept: number;
  /** 0 ≤ x < 1 */
  random(): number;
}

/**
 * A disk that remembers what was synced. POSIX promises no more than this: after a power cut what was written before
 * a sync of its file is there; of everything else any sectors, in any order; a name, only if its folder was synced.
 */
export class Disk {
  readonly #root: string;
  readonly #top: Folder = newFolder();
  readonly #files = new Map<bigint, File>();

  /** @param root the recorded folder, which is there and empty */
  constructor(root: string) {
    this.#root = root;
  }

  apply(event: FileEvent): void {
    switch (event.kind) {
      case 'create': {
        const file: File = { durable: Buffer.from(new ArrayBuffer(0)), changes: [], syncs: new Map() };
        this.#files.set(event.inode, file);
        this.#change(event.path, file);
        break;
      }
      case 'folder':
        this.#change(event.path, newFolder());
        break;
      case 'remove':
        this.#change(event.path, undefined);
        break;
      case 'rename':
        this.#rename(event.path, event.to);
        break;
      case 'link':
        this.#change(event.to, this.#at(event.path));
        break;
      case 'write':
        this.#file(event.inode).changes.push({ at: event.at, data: event.data });
        break;
      case 'truncate':
        this.#file(event.inode).changes.push({ length: event.length });
        break;
      case 'sync begins': {
        const synced = this.#synced(event);
        synced.syncs.set(event.sync, synced.changes.length);
        break;
      }
      case 'sync ends':
        finish(this.#synced(event), event.sync);
        break;
      case 'note':
    }
  }

  /** Writes into the empty folder `to` what is left when the power is cut now. */
  cut(to: string, luck: Luck): void {
    leave(this.#top, to, luck);
  }

  #synced({ path, inode }: { readonly path: string; readonly inode: bigint }): Folder | File {
    if (path === this.#root) return this.#top;
    const there = this.#at(path);
    return there !== undefined && 'entries' in there ? there : this.#file(inode);
  }

  #file(inode: bigint): File {
    const file = this.#files.get(inode);
    if (file === undefined) throw new Error(`a file that was never created: ${inode}`);
    return file;
  }

  #change(path: string, entry: Folder | File | undefined): void {
    this.#folderOf(path).changes.push(new Map([[basename(path), entry]]));
  }

  #rename(from: string, to: string): void {
    if (dirname(from) !== dirname(to)) throw new Error(`${from}: moved to another folder`);
    this.#folderOf(to).changes.push(
      new Map([
        [basename(to), this.#at(from)],
        [basename(from), undefined],
      ]),
    );
  }

  #folderOf(path: string): Folder {
    const folder = dirname(path) === this.#root ? this.#top : this.#at(dirname(path));
    if (folder === undefined || !('entries' in folder)) throw new Error(`${path}: not in a folder`);
    return folder;
  }

  /** As processes see it: changes that are not synced included. */
  #at(path: string): Folder | File | undefined {
    let here: Folder | File | undefined = this.#top;
    for (const name of path.slice(this.#root.length + 1).split('/')) {
      if (here === undefined || !('entries' in here)) return undefined;
      const change: EntryChange | undefined = here.changes.findLast((one) => one.has(name));
      here = (change ?? here.entries).get(name);
    }
    return here;
  }
}

function newFolder(): Folder {
  return { entries: new Map(), changes: [], syncs: new Map() };
}

function finish(synced: Folder | File, sync: number): void {
  const count = synced.syncs.get(sync) ?? 0;
  synced.syncs.delete(sync);
  if ('entries' in synced) {
    for (const change of synced.changes.splice(0, count)) enter(synced.entries, change);
  } else {
    for (const change of synced.changes.splice(0, count)) synced.durable = changed(synced.durable, change);
  }
  for (const [other, taken] of synced.syncs) synced.syncs.set(other, Math.max(taken - count, 0));
}

function enter(entries: Map<string, Folder | File>, change: EntryChange): void {
  for (const [name, entry] of change) {
    if (entry === undefined) entries.delete(name);
    else entries.set(name, entry);
  }
}

function changed(content: Buffer<ArrayBuffer>, change: Change): Buffer<ArrayBuffer> {
  if ('length' in change) {
    return change.length <= content.length ? content.subarray(0, change.length) : grown(content, change.length);
  }
  const end = change.at + change.data.length;
  const result = end <= content.length ? content : grown(content, end);
  change.data.copy(result, change.at);
  return result;
}

/** Makes room for more than is needed, because a log is appended to a thousand times. */
function grown(content: Buffer<ArrayBuffer>, length: number, room = length): Buffer<ArrayBuffer> {
  if (room > 0 && length <= content.buffer.byteLength) {
    const larger = Buffer.from(content.buffer, 0, length);
    larger.fill(0, content.length);
    return larger;
  }
  // Not Buffer.alloc, whose memory may be shared with others.
  const copy = Buffer.from(new ArrayBuffer(length + room), 0, length);
  content.copy(copy);
  return copy;
}

function leave(folder: Folder, to: string, luck: Luck): void {
  mkdirSync(to, { recursive: true });
  const entries = new Map(folder.entries);
  for (const change of folder.changes) if (luck.random() < luck.kept) enter(entries, change);
  for (const [name, entry] of entries) {
    const path = join(to, name);
    if ('entries' in entry) leave(entry, path, luck);
    else writeFileSync(path, left(entry, luck));
  }
}

function left({ durable, changes }: File, luck: Luck): Buffer {
  // The file grows and shrinks on disk apart from what is written to it.
  let content = grown(durable, durable.length, 0);
  for (const change of changes) {
    if ('length' in change) {
      if (luck.random() < luck.kept) content = changed(content, change);
      continue;
    }
    for (let at = 0; at < change.data.length; ) {
      const end = Math.min(change.data.length, (Math.floor((change.at + at) / SECTOR) + 1) * SECTOR - change.at);
      if (luck.random() < luck.kept) {
        // Now and then a sector is torn, too.
        const torn = luck.random() < 0.02 ? at + Math.floor(luck.random() * (end - at)) : end;
        content = changed(content, { at: change.at + at, data: change.data.subarray(at, torn) });
      }
      at = end;
    }
  }
  return content;
}
