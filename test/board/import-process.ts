/** Imports a spool into a board and kills itself on the way: `import-process.ts SPOOL BOARD PHASE SIGNAL`. */
import { importSpool } from '../../src/board/spool/import.ts';
import { BoardStore } from '../../src/board/store.ts';

const [spool = '', path = '', phase = '', signal = ''] = process.argv.slice(2);
const store = BoardStore.open(path);
await importSpool(spool, store, {
  onProgress(progress) {
    // Real signals, between two transactions; the process has no time to tidy up.
    if (progress.phase === phase) process.kill(process.pid, signal);
  },
});
