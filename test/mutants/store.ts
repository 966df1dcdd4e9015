import type { Mutant } from './mutant.ts';

const CUT = 'test/store/power-cut.test.ts';
const WRITER = 'test/store/writer.test.ts';

export const storeMutants: readonly Mutant[] = [
  {
    promise: 'what is acknowledged has been synced',
    file: 'src/store/log-sync.ts',
    find: 'fdatasync(descriptor, (error) => {',
    replace: 'setImmediate((error: Error | null = null) => {',
    tests: [CUT],
  },
  {
    promise: 'a sync answers those alone who wrote before it began',
    file: 'src/store/log-sync.ts',
    find: '    this.#waiting = undefined;\n    let descriptor: number;',
    replace: '    setImmediate(() => { this.#waiting = undefined; });\n    let descriptor: number;',
    tests: [CUT],
  },
  {
    promise: 'a sync that fails is told to those who wait for it',
    file: 'src/store/log-sync.ts',
    find: '      if (error === null) waiting.resolve();\n      else waiting.reject(error);\n      if (',
    replace: '      waiting.resolve();\n      if (',
    tests: [WRITER],
  },
  {
    promise: 'closing syncs what still waits',
    file: 'src/store/log-sync.ts',
    find: 'if (this.#waiting !== undefined) fdatasyncSync(this.#descriptor);',
    replace: '',
    tests: [CUT, WRITER],
  },
  {
    promise: 'nobody is told of a commit before the sync',
    file: 'src/store/writer.ts',
    find: 'if (this.#sync === undefined || group.every((one) => one.relaxed)) {',
    replace: 'if (this.#sync === undefined || group.some((one) => !one.relaxed)) {',
    tests: [CUT],
  },
  {
    promise: 'what is written without the writer is synced by SQLite',
    file: 'src/store/writer.ts',
    find: 'PRAGMA synchronous=FULL',
    replace: 'PRAGMA synchronous=NORMAL',
    tests: [CUT],
  },
  {
    promise: 'a task that throws undoes its own changes',
    file: 'src/store/writer.ts',
    find: "      this.#db.exec('ROLLBACK TO task; RELEASE task');",
    replace: "      this.#db.exec('RELEASE task');",
    tests: [WRITER],
  },
  {
    promise: 'a task that throws has no effects',
    file: 'src/store/writer.ts',
    find: '      this.#effects.length = effects;',
    replace: '',
    tests: [WRITER],
  },
  {
    promise: 'a sync that fails fails the commit',
    file: 'src/store/writer.ts',
    find: '(error: unknown) => finish(strict, effects, error),',
    replace: '() => finish(strict, effects),',
    tests: [WRITER],
  },
];
