/** A first start in a process that is recorded: `first-start-process.ts DATA`. Notes when somebody has seen the secret. */
import { loadConfig } from '../../src/config/load.ts';
import { takeFolders } from '../../src/server/folders.ts';
import { Service } from '../../src/server/service.ts';
import { silent } from '../../src/wire/log.ts';
import { note } from '../support/power-cut/trace.ts';

const [RGTP_NNTP_DATA = ''] = process.argv.slice(2);
const config = loadConfig({
  environment: {
    RGTP_NNTP_DATA,
    RGTP_NNTP_LISTEN: 'nntp://127.0.0.1:0',
    RGTP_NNTP_EMBEDDED_LISTEN: 'off',
    RGTP_NNTP_HTTP_LISTEN: 'off',
  },
});
takeFolders(config);
const { parts } = await Service.start(config, { ...silent, setLevel() {} });
note({ secret: parts.made?.secret });
parts.made?.seen();
note({ seen: true });
process.send?.('up');
process.once('disconnect', () => process.exit());
