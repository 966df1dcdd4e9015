export type Task = () => void;

/** Waiting tasks of any number of owners: each owner in turn, and the tasks of one in order of arrival. */
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

  /** Takes out the task whose turn it is. */
  take(): Task | undefined {
    for (const [owner, tasks] of this.#byOwner) {
      for (const task of tasks) {
        this.delete(task, owner);
        // This owner's other tasks go behind everybody else's.
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
