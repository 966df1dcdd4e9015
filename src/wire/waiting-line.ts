export type Task = () => void;

/** Tasks that wait, of any number of owners: each owner in turn, and the tasks of one in the order they came. */
export class WaitingLine {
  readonly #byOwner = new Map<unknown, Set<Task>>();
  #size = 0;

  /** tasks */
  get size(): number {
    return this.#size;
  }

  add(task: Task, owner: unknown): void {
    const tasks = this.#byOwner.get(owner);
    if (tasks?.has(task)) return;
    if (tasks === undefined) this.#byOwner.set(owner, new Set([task]));
    else tasks.add(task);
    this.#size++;
  }

  /** Takes the task whose turn it is out of the line. */
  take(): Task | undefined {
    for (const [owner, tasks] of this.#byOwner) {
      for (const task of tasks) {
        this.delete(task, owner);
        // The others of this owner come after those of everybody else.
        if (this.#byOwner.delete(owner)) this.#byOwner.set(owner, tasks);
        return task;
      }
    }
    return undefined;
  }

  delete(task: Task, owner: unknown): void {
    const tasks = this.#byOwner.get(owner);
    if (!tasks?.delete(task)) return;
    this.#size--;
    if (tasks.size === 0) this.#byOwner.delete(owner);
  }
}
