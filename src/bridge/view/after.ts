import type { Soon } from '../../wire/soon.ts';

/** `then` that stays synchronous where the value is there. */
export function after<T, U>(value: Soon<T>, next: (value: T) => U): Soon<U> {
  return value instanceof Promise ? value.then(next) : next(value);
}
