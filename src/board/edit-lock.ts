import type { Octets } from '../wire/octets.ts';

/** One editor at a time (RGTP 2.2.14). The lock is released when its session ends. */
export class EditLock {
  #holder: { readonly session: object; readonly userid: Octets } | undefined;

  /** The userid of the editor who holds it. */
  get holder(): Octets | undefined {
    return this.#holder?.userid;
  }

  heldBy(session: object): boolean {
    return this.#holder?.session === session;
  }

  /** Returns false if another session holds it. */
  take(session: object, userid: Octets): boolean {
    if (this.#holder !== undefined) return this.heldBy(session);
    this.#holder = { session, userid };
    return true;
  }

  release(session: object): void {
    if (this.heldBy(session)) this.#holder = undefined;
  }
}
