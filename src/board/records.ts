import type { Audit } from './audit.ts';
import type { Diffs } from './diffs.ts';
import type { EditLog } from './edit-log.ts';
import type { IndexLog } from './index-log.ts';
import type { Items } from './items.ts';
import type { BoardValues } from './values.ts';

/** Sequence number and time of a change. */
export interface Stamp {
  readonly sequence: number;
  /** unix seconds */
  readonly time: number;
}

/** What posting and editing read and write. `BoardStore` implements it. */
export interface Records {
  readonly items: Items;
  readonly index: IndexLog;
  readonly state: BoardValues;
  readonly editLog: EditLog;
  readonly diffs: Diffs;
  readonly audit: Audit;
  /** Within a commit: the next sequence number, and the time. */
  stamp(): Stamp;
  /** Runs `task` in a transaction. Resolves once the change is on disk; rejects with what `task` throws. */
  commit<T>(task: () => T): Promise<T>;
}
