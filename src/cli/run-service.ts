/** Runs a service from its start to the signal that ends it. */
import type { Config } from '../config/config.ts';
import { type AdjustableLog, openLog } from '../ops/log.ts';
import type { NewBoard } from '../server/editor-secret.ts';
import { takeFolders } from '../server/folders.ts';
import { welcomeEditor } from '../server/greeting.ts';
import { logStrays } from '../server/last-resort.ts';
import { checkLocally } from '../server/local-check.ts';
import { closed, untilSignal } from '../server/signals.ts';
import { Systemd } from '../server/systemd.ts';
import { type ConfigOption, configuration, configurationAgain } from './configuration.ts';
import { boundHeap, loosenHeap } from './heap.ts';
import { announce } from './output.ts';

interface Running {
  readonly parts: { readonly made: NewBoard | undefined };
  reload(config: Config): Promise<void> | void;
  close(): Promise<void>;
}

interface Kind<S extends Running> {
  readonly start: (config: Config, log: AdjustableLog) => Promise<S>;
  /** for systemd, in a few words */
  readonly status: (service: S) => string;
  /** how to reach it */
  readonly greeting: (service: S) => string;
  /** resolves once systemd may count it as started */
  readonly settled?: (service: S) => Promise<void>;
}

/** @throws Failure, StoreError, ConfigError */
export async function runService<S extends Running>(options: ConfigOption, kind: Kind<S>): Promise<void> {
  const config = configuration(options);
  const log = openLog(config.log);
  logStrays(log);
  checkLocally(config);
  using _taken = takeFolders(config);
  // Install the handlers first, so that a signal does not kill a start half-way.
  let service: S | undefined;
  using systemd = new Systemd({ log, status: () => (service === undefined ? 'starting' : kind.status(service)) });
  const started = Promise.withResolvers<S>();
  const signalled = untilSignal(log, systemd, async () => (await started.promise).reload(configurationAgain(options)));
  loosenHeap();
  let ending: NodeJS.Signals | undefined;
  void signalled.then((signal) => {
    ending = signal;
  });
  const running = await kind.start(config, log).catch((err: unknown) => {
    if (ending === undefined) throw err;
    // It was told to end before it had started: that it could not start is no failure any more.
    log.info({ signal: ending, err }, 'ending before the start was over');
  });
  if (running === undefined) return;
  boundHeap();
  service = running;
  started.resolve(running);
  const { made } = running.parts;
  if (made !== undefined && announce(welcomeEditor(made, process.stdout.isTTY, options.config))) made.seen();
  announce(kind.greeting(running));
  await Promise.race([kind.settled?.(running), signalled]);
  systemd.ready();
  log.info({ signal: await signalled }, 'ending');
  await closed(() => running.close());
}
