import { setFlagsFromString } from 'node:v8';

/**
 * Left alone, V8 lets the heap grow to a multiple of what is in use, and never gives it back: 170 MB after the first
 * reading of a million posts.
 */
export function boundHeap(): void {
  setFlagsFromString('--heap-growing-percent=25');
}

/**
 * For a start, which loads the program, and what may be a million posts: with less room, V8 marks a small heap again and
 * again.
 */
export function loosenHeap(): void {
  setFlagsFromString('--heap-growing-percent=100');
}
