/** A board on a file that is there already, in a process of its own: `fork` this file with the path; it sends its port. */
import { BoardServer } from '../../src/board/server.ts';

const [path] = process.argv.slice(2);
if (path === undefined) throw new Error('which database?');
const board = await BoardServer.open({ path, listen: { host: '127.0.0.1', port: 0 } });
process.send?.(board.address.port);
process.once('disconnect', () => process.exit());
