/**
 * What the work comes to, or, if that takes longer than `ms`, what `late` returns or throws.
 *
 * @param work its signal is aborted when the time is over, or the work done
 */
export async function inTime<T>(work: (signal: AbortSignal) => Promise<T>, ms: number, late: () => T): Promise<T> {
  const over = new AbortController();
  const clock = Promise.withResolvers<void>();
  const timer = setTimeout(clock.resolve, ms).unref();
  try {
    return await Promise.race([work(over.signal), clock.promise.then(late)]);
  } finally {
    clearTimeout(timer);
    over.abort();
  }
}
