/** Closes what was opened, in reverse order. A failed step does not stop the others. */
export class Undo {
  readonly #steps: (() => Promise<void> | void | undefined)[] = [];
  #run: Promise<void> | undefined;

  add(step: () => Promise<void> | void | undefined): void {
    this.#steps.push(step);
  }

  /** Takes every step once, then rejects with the first error. */
  run(): Promise<void> {
    this.#run ??= this.#all();
    return this.#run;
  }

  async #all(): Promise<void> {
    const errors: unknown[] = [];
    for (const step of this.#steps.toReversed()) {
      try {
        await step();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }
}
