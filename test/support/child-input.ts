import type { ChildProcess } from 'node:child_process';

/** All that a program is to read. One that ends without reading it (EPIPE) says why by its exit, or its output. */
export function giveInput({ stdin }: Pick<ChildProcess, 'stdin'>, text: string): void {
  stdin?.on('error', () => {});
  stdin?.end(text);
}
