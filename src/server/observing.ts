/** Passes the front end's events to the metrics, and to ident look-ups if they are configured. */
import type { Config } from '../config/config.ts';
import { identLookUp } from '../ident/look-up.ts';
import type { Peer } from '../nntp/backend.ts';
import type { Observer } from '../nntp/observer.ts';
import type { Metrics } from '../ops/metrics.ts';
import { boundedLog } from '../wire/bounded-log.ts';
import type { Log } from '../wire/log.ts';

export function observing(metrics: Metrics, ident: Config['ident'], log: Log): Observer {
  const identify = ident.lookUp ? askingIdent(ident, log) : undefined;
  return {
    connectionOpened: (peer) => {
      metrics.connected('accepted');
      identify?.(peer);
    },
    connectionRefused: (reason) => metrics.connected(reason),
    commandFinished: (verb, status, seconds) => metrics.command(verb, status, seconds),
    articleRefused: (reason) => metrics.postRefused('none', reason),
    loginSucceeded: () => metrics.login('accepted'),
    loginFailed: () => metrics.login('refused'),
  };
}

/** Asks each caller's machine whose connection it is (RFC 1413), and logs the answer. */
function askingIdent({ timeout }: Config['ident'], log: Log): (peer: Peer) => void {
  const lookUp = identLookUp({ timeout });
  const bounded = boundedLog(log);
  return ({ address, port, localPort, connection }) => {
    if (localPort === undefined) return;
    void lookUp({ localPort, remoteAddress: address, remotePort: port }).then((ident) => {
      if (ident !== undefined) bounded.info({ connection, address, ident }, 'the caller, by ident');
    });
  };
}
