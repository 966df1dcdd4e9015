/**
 * A value, or a promise of one. Hot paths stay synchronous: a promise per article costs more than rendering it, so what
 * can be answered from memory is answered at once, and callers test `instanceof Promise`.
 */
export type Soon<T> = T | Promise<T>;

/** `then` that stays synchronous if the value is there. */
export function after<T, U>(value: Soon<T>, next: (value: T) => Soon<U>): Soon<U> {
  return value instanceof Promise ? value.then(next) : next(value);
}
