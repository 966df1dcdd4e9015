/** The NNTP front end on the addresses of the configuration. */
import type { Config } from '../config/config.ts';
import type { Backend } from '../nntp/backend.ts';
import type { Observer } from '../nntp/observer.ts';
import { NntpServer } from '../nntp/server.ts';
import type { Log } from '../wire/log.ts';
import { systemCode } from '../wire/system-error.ts';
import { listenFailure } from './listening.ts';

type NewsAddress = NonNullable<Config['listen']>[number];

export interface News {
  readonly server: NntpServer;
  /** no port was configured, and 119 needed privileges */
  readonly fellBack: boolean;
}

const fallBackPort = 1119;

/** @throws Failure with a remedy if a port can't be opened */
export async function openNews(config: Config, backend: Backend, observer: Observer, log: Log): Promise<News> {
  const open = async (addresses: readonly NewsAddress[]) => {
    const balancers = config.balancers.length > 0 ? config.balancers : undefined;
    const listen = addresses.map(({ scheme, ...address }) => ({ ...address, tls: scheme === 'nntps', balancers }));
    try {
      return await NntpServer.open({
        ...config,
        backend,
        listen,
        log: log.child({ part: 'nntp' }),
        observer,
      });
    } catch (error) {
      const failed = addresses.find(({ port }) => port === portOf(error)) ?? addresses[0];
      throw failed === undefined ? error : listenFailure(error, failed, 'listen', 'RGTP_NNTP_LISTEN');
    }
  };
  if (config.listen !== undefined) return { server: await open(config.listen), fellBack: false };
  return openDefault(open, log);
}

/** Port 119 on every address; 1119 if that needs privileges. */
async function openDefault(open: (addresses: readonly NewsAddress[]) => Promise<NntpServer>, log: Log): Promise<News> {
  const everywhere = (port: number) => open([{ scheme: 'nntp', host: '::', port }]);
  try {
    return { server: await everywhere(119), fellBack: false };
  } catch (error) {
    if (systemCode(error instanceof Error ? error.cause : undefined) !== 'EACCES') throw error;
    log.debug({ port: fallBackPort }, 'port 119 needs privileges');
    return { server: await everywhere(fallBackPort), fellBack: true };
  }
}

function portOf(error: unknown): unknown {
  return error instanceof Error && 'port' in error ? error.port : undefined;
}
