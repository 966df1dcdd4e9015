/** Hands the front end's events to the metrics, and to ident look-ups where they are configured. */
import type { identLookUp } from '../ident/look-up.ts';
import type { Peer } from '../nntp/backend.ts';
import type { Observer } from '../nntp/observer.ts';
import type { Metrics } from '../ops/metrics.ts';
import type { Log } from '../wire/log.ts';

/** @param opened is told of each new connection */
export function observing(metrics: Metrics, opened?: (peer: Peer, secure: boolean) => void): Observer {
  return {
    connectionOpened: (peer, secure) => {
      metrics.connected('accepted');
      opened?.(peer, secure);
    },
    connectionRefused: () => metrics.connected('refused'),
    commandFinished: (verb, status, seconds) => metrics.command(verb, status, seconds),
    loginFailed: () => metrics.loginFailed(),
  };
}

/** Asks each caller's machine who is there (RFC 1413), and logs the answer. */
export function askingIdent(
  lookUp: ReturnType<typeof identLookUp>,
  portOf: (secure: boolean) => number | undefined,
  log: Log,
): (peer: Peer, secure: boolean) => void {
  return ({ address, port, connection }, secure) => {
    const localPort = portOf(secure);
    if (localPort === undefined) return;
    void lookUp({ localPort, remoteAddress: address, remotePort: port }).then((ident) => {
      if (ident !== undefined) log.info({ connection, address, ident }, 'the caller, by ident');
    });
  };
}
