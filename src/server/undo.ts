/** What was opened, to be closed in the reverse order: each step is taken even where another failed. */
export class Undo {
  readonly #steps: (() => Promise<void> | void)[] = [];
  #run: Promise<void> | undefined;

  add(step: () => Promise<void> | void): void {
    this.#steps.push(step);
  }

  /** Takes every step, once. Rejects with the first error after the last step. */
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
