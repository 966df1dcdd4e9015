/** The sample board: a groggsd data directory, and every event that made it. Its local time is London's. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Octets } from '../../src/wire/octets.ts';

const FOLDER = new URL('../fixtures/sample-board/', import.meta.url);

/** Strings are octets, except in a MOTD's `text`, which is what an editor typed. */
export type SampleEvent =
  | { kind: 'M'; seq: number; time: number; text: Octets[] }
  | {
      kind: 'I' | 'R';
      seq: number;
      time: number;
      item: string;
      user: Octets;
      grogname: Octets;
      subject: Octets;
      text: Octets[];
    }
  | {
      kind: 'C';
      seq: number;
      time: number;
      item: string;
      old: string;
      user: Octets;
      grogname: Octets;
      subject: Octets;
      text: Octets[];
    }
  | { kind: 'E' | 'withdrawn'; seq: number; time: number; item: string; user: Octets; reason: Octets }
  | { kind: 'index-edit'; seq: number; time: number };

export interface SampleEvents {
  readonly events: readonly SampleEvent[];
  /** userid → secret in hexadecimal */
  readonly users: Readonly<Record<string, string>>;
  /** the item whose subject stands on the fifth line */
  readonly poisoned: string;
}

export function sampleEvents(): SampleEvents {
  // The file is ours and has this shape; nothing checks it again.
  return JSON.parse(readFileSync(new URL('events.json', FOLDER), 'utf8')) as SampleEvents;
}

/** Unpacks the data directory into a new temporary folder and gives its path. */
export function unpackSampleSpool(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sample-board-'));
  execFileSync('tar', ['-xzf', fileURLToPath(new URL('spool.tar.gz', FOLDER)), '-C', folder]);
  return join(folder, 'sample-board', 'spool');
}
