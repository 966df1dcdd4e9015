/** A whole server in a process whose disk can fail: `faulty-disk-process.ts DATA`. Sends its ports. */
import { openWholeServer } from '../support/whole-server.ts';

const [data = ''] = process.argv.slice(2);
const { newsPort, boardPort, httpPort } = await openWholeServer({
  settings: { DATA: data, BOARDS_0_POLL_READER: '1s' },
});
process.send?.({ newsPort, boardPort, httpPort });
process.once('disconnect', () => process.exit());
