/** Sequence numbers wrap at 2³² (RGTP 2.2.7). Does `a` come after `b`? */
export function isAfter(a: number, b: number): boolean {
  return a > b ? !isWrap(a, b) : isWrap(b, a);
}

/** Does `a` come after the last number seen? Always true if there was none: `undefined`, or −1. */
export function isNewer(a: number, last: number | undefined): boolean {
  return last === undefined || last < 0 || isAfter(a, last);
}

/** The later of two numbers, either of which may be missing. */
export function later(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return isAfter(b, a) ? b : a;
}

/** Does the step from one number to the next pass 2³²? */
function isWrap(from: number, to: number): boolean {
  return from >= 0xc0000000 && to < 0x40000000;
}

/** The distance from one number to another, the short way round: negative if `to` comes first. */
export function distance(from: number, to: number): number {
  return (to - from) | 0;
}
