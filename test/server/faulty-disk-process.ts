/** A whole server in a process whose disk can fail: `faulty-disk-process.ts DATA`. Sends its ports. */
import { join } from 'node:path';
import { openWholeServer } from '../support/whole-server.ts';

const [data = ''] = process.argv.slice(2);
const { newsPort, boardPort, httpPort } = await openWholeServer({
  settings: {
    DATA: data,
    BOARDS_0_POLL_READER: '1s',
    EMBEDDED_REGISTRATION: 'open',
    EMBEDDED_MAIL_OUTBOX: join(data, 'outbox'),
  },
});
process.send?.({ newsPort, boardPort, httpPort });
process.once('disconnect', () => process.exit());
