import { type Log, silent } from '../../src/wire/log.ts';

/** A log that no client may write errors into: they mean faults of ours. `check` throws the first. */
export function complaining(): { readonly log: Log; check(): void } {
  let complaint: Error | undefined;
  const log: Log = {
    ...silent,
    isWritten: () => true,
    error({ err }, message) {
      complaint ??= new Error(`logged: ${message}`, { cause: err });
    },
    child: () => log,
  };
  return {
    log,
    check() {
      const error = complaint;
      complaint = undefined;
      if (error !== undefined) throw error;
    },
  };
}
