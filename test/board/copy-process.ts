/** Copies a board and kills itself on the way: `copy-process.ts PORT BOARD PHASE COUNT SIGNAL`. */
import { copyBoard } from '../../src/board/live/copy.ts';
import { BoardStore } from '../../src/board/store.ts';
import { octets } from '../../src/wire/octets.ts';

const [port = '', path = '', phase = '', count = '', signal = ''] = process.argv.slice(2);
let left = Number(count);
await copyBoard(BoardStore.open(path), {
  client: {
    host: '127.0.0.1',
    port: Number(port),
    user: octets`ed@rgtp.test`,
    secret: Buffer.from('ed17ed17ed17ed17', 'hex'),
  },
  address: 'rgtp://board.example.org:1431',
  user: 'ed@rgtp.test',
  onProgress(progress) {
    if (progress.phase === phase && --left === 0) process.kill(process.pid, signal);
  },
});
