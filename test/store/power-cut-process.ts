/**
 * Writes to a permanent file in a process that is recorded, and notes what was acknowledged: `power-cut-process.ts
 * FILE`.
 */
import { fsyncSync, openSync, writeSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { LogSync } from '../../src/store/log-sync.ts';
import { PermanentFile } from '../../src/store/permanent-file.ts';
import { note } from '../support/power-cut/trace.ts';

/** What the process has been told is kept. */
export type Noted =
  | { readonly what: 'intended' | 'revised'; readonly id: string; readonly details: string }
  | { readonly what: 'done' | 'forgetting'; readonly id: string }
  | { readonly what: 'account' | 'removing' | 'no account'; readonly name: string }
  | { readonly what: 'epochs'; readonly count: number }
  | { readonly what: 'newsgroup'; readonly name: string; readonly created: number }
  | { readonly what: 'mark'; readonly high: number }
  | { readonly what: 'synced'; readonly line: number }
  | { readonly what: 'closed'; readonly log: string };

const LIVES = 3;
const POSTERS = 6;
const POSTS = 25;
const CLOSINGS = 20;

const told = (noted: Noted) => note(noted);
const [path = ''] = process.argv.slice(2);
let sequence = 0;
let mark = 0;

for (let life = 1; life <= LIVES; life++) {
  const store = PermanentFile.open(path);
  await store.addEpochs([{ number: life, generation: 0, first: life, base: life * 10 }]);
  told({ what: 'epochs', count: life });
  const name = `groggs.g${life}`;
  told({ what: 'newsgroup', name, created: await store.newsgroupCreated(name, 1_000_000 + life) });
  await Promise.all(Array.from({ length: POSTERS }, (_, poster) => posts(store, `${life}.${poster}`)));
  // The last run ends without closing the file.
  if (life < LIVES) await closedWithWork(store, life);
}
await overlapping(new LogSync(`${path}.lines`));
await closing();
process.exit();

async function posts(store: PermanentFile, poster: string): Promise<void> {
  for (let n = 0; n < POSTS; n++) {
    const id = `<${poster}.${n}@example>`;
    // Large enough that the log is checkpointed on the way.
    const details = `{"text":"${'x'.repeat(3000)}"}`;
    await store.intend({ messageId: id, created: n, details });
    told({ what: 'intended', id, details });
    if (n % 5 === 1) {
      await store.revise(id, 'revised');
      told({ what: 'revised', id, details: 'revised' });
    }
    if (n % 5 === 2) {
      told({ what: 'forgetting', id });
      await store.forget(id);
    } else if (n % 5 !== 3) {
      await store.done({ messageId: id, epoch: 1, sequence: ++sequence, references: '<root@example>' });
      told({ what: 'done', id });
    }
    if (n % 5 === 3) {
      const high = ++mark;
      await store.raiseMarks([{ place: 'clock', low: 0, high }], { synced: true });
      told({ what: 'mark', high });
    }
    if (n % 5 === 4) await account(store, `${poster}.${n}`, n % 10 === 4);
  }
}

/** Somebody else has the file open, so that closing it does not write everything back. */
async function closedWithWork(store: PermanentFile, life: number): Promise<void> {
  const other = new DatabaseSync(path);
  other.exec('SELECT * FROM epochs');
  const intent = { messageId: `<last.${life}@example>`, created: 0, details: 'last' };
  const before = store.intend({ ...intent, messageId: `<before.${life}@example>` });
  await new Promise((resolve) => setImmediate(resolve));
  // The one before is on its way to disk.
  const last = store.intend(intent);
  const closed = store.close();
  await last;
  told({ what: 'intended', id: intent.messageId, details: intent.details });
  await Promise.all([before, closed]);
  other.close();
}

async function account(store: PermanentFile, name: string, removed: boolean): Promise<void> {
  await store.putAccount({ name, passwordHash: '', userid: 'ann@example', secret: Uint8Array.of(1), settings: '' });
  told({ what: 'account', name });
  if (!removed) return;
  told({ what: 'removing', name });
  await store.removeAccount(name);
  told({ what: 'no account', name });
}

/** Many lines each turn of the event loop, whether or not those before have been synced. */
async function overlapping(sync: LogSync): Promise<void> {
  const lines = openSync(`${path}.lines-wal`, 'w');
  fsyncSync(openSync(dirname(path), 'r'));
  const syncs: Promise<void>[] = [];
  for (let line = 0; line < 600; line++) {
    writeSync(lines, `${line}\n`);
    syncs.push(sync.sync().then(() => told({ what: 'synced', line })));
    if (line % 20 === 19) await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all(syncs);
}

/** A sync that waits for another when the log is closed. Often, for whether the other has begun is up to the system. */
async function closing(): Promise<void> {
  const logs = Array.from({ length: CLOSINGS }, (_, i) => `${path}.closing${i}`);
  const files = logs.map((log) => openSync(`${log}-wal`, 'w'));
  fsyncSync(openSync(dirname(path), 'r'));
  for (const [at, log] of logs.entries()) {
    const sync = new LogSync(log);
    writeSync(files[at] ?? 0, 'first\n');
    const first = sync.sync();
    await new Promise((resolve) => setImmediate(resolve));
    writeSync(files[at] ?? 0, 'second\n');
    const second = sync.sync().then(() => told({ what: 'closed', log: basename(log) }));
    sync.close();
    await Promise.all([first, second]);
  }
}
