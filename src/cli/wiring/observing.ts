/** What the front end tells, as metrics. */
import type { Observer } from '../../nntp/observer.ts';
import type { Metrics } from '../../ops/metrics.ts';

export function observing(metrics: Metrics): Observer {
  return {
    connectionOpened: () => metrics.connected('accepted'),
    connectionRefused: () => metrics.connected('refused'),
    commandFinished: (verb, status, seconds) => metrics.command(verb, status, seconds),
    loginFailed: () => metrics.loginFailed(),
  };
}
