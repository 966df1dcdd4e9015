/**
 * A value that is there at once, or a promise of it. Hot paths stay synchronous: a promise per article costs more than
 * rendering it, so what can be answered from memory is, and callers test `instanceof Promise`.
 */
export type Soon<T> = T | Promise<T>;

/** `then` that stays synchronous where the value is there. */
export function after<T, U>(value: Soon<T>, next: (value: T) => U): Soon<U> {
  return value instanceof Promise ? value.then(next) : next(value);
}
