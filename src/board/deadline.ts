/** A timer that is restarted often, mostly with the same duration. */
export class Deadline {
  readonly #expire: () => void;
  #timer: NodeJS.Timeout | undefined;
  #ms = 0;

  constructor(expire: () => void) {
    this.#expire = expire;
  }

  /** Restarts the timer. It does not keep the process alive. @param ms from now */
  set(ms: number): void {
    if (ms === this.#ms) {
      this.#timer?.refresh();
      return;
    }
    clearTimeout(this.#timer);
    this.#ms = ms;
    this.#timer = setTimeout(this.#expire, ms).unref();
  }

  clear(): void {
    clearTimeout(this.#timer);
  }
}
