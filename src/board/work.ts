import { octets } from '../wire/octets.ts';
import type { EditInProgress } from './editing.ts';
import { ErrorResponse } from './error-response.ts';
import type { ReceivedText } from './text.ts';

/** What the last DATA left: a text, a refused text, or nothing. */
export type Data = ReceivedText | 'refused' | undefined;

/**
 * What a session keeps between commands: the text of DATA, the item that a reply found full, and the edit in progress.
 * Its methods keep the three consistent.
 */
export class Work {
  #data: Data;
  #full: string | undefined;
  #edit: EditInProgress | undefined;

  get data(): Data {
    return this.#data;
  }

  /** The item that CONT would continue (RGTP 2.2.12). */
  get full(): string | undefined {
    return this.#full;
  }

  get edit(): EditInProgress | undefined {
    return this.#edit;
  }

  /** The text of DATA. @throws ErrorResponse 500 */
  get text(): ReceivedText {
    if (this.#data === undefined || this.#data === 'refused') throw new ErrorResponse(500, octets`Need DATA first.`);
    return this.#data;
  }

  /** DATA begins: drops the text before it. */
  awaitText(): void {
    this.#data = undefined;
  }

  /** DATA has ended. If `finish` throws, notes that the text was refused, and rethrows. */
  takeText(finish: () => ReceivedText): void {
    this.#data = 'refused';
    this.#data = finish();
  }

  /** The text has been posted, or can't be. */
  dropText(): void {
    this.#data = undefined;
  }

  /** A reply did not fit: CONT may follow. */
  foundFull(itemId: string): void {
    this.#full = itemId;
  }

  /** CONT is no longer possible: the client went on to something else (groggsd). */
  moveOn(): void {
    this.#full = undefined;
  }

  /** @throws ErrorResponse 500 */
  requireNoEdit(): void {
    if (this.#edit !== undefined) throw new ErrorResponse(500, octets`EDIT/EDIX still outstanding.`);
  }

  startEdit(edit: EditInProgress): void {
    this.#data = undefined;
    this.#edit = edit;
  }

  /** The edit refused the text. That counts as refused, not as absent: EDCF without DATA would withdraw the item. */
  refuseEditText(): void {
    this.#data = 'refused';
  }

  /** Drops the text with the edit: it may hold cookies, and must not become a post. */
  endEdit(): void {
    if (this.#edit === undefined) return;
    this.#edit = undefined;
    this.#data = undefined;
  }

  /** The session ends. */
  drop(): void {
    this.#data = undefined;
    this.#full = undefined;
    this.#edit = undefined;
  }
}
