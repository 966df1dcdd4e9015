/**
 * Returns a function that begins work to be done in later rounds of the event loop, or does nothing if it has begun.
 *
 * @param atOnce calls of `next` in one round
 * @param next does a part of the work; false: nothing was left
 */
export function inLaterRounds(atOnce: number, next: () => boolean): () => void {
  let isDue = false;
  const begin = () => {
    if (isDue) return;
    isDue = true;
    setImmediate(() => {
      isDue = false;
      for (let n = 0; n < atOnce; n++) if (!next()) return;
      begin();
    });
  };
  return begin;
}
