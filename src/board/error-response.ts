import { StoreError, storeTrouble } from '../store/errors.ts';
import { ascii, type Octets, octets } from '../wire/octets.ts';
import { Trouble } from '../wire/trouble.ts';

/** An error answer. Thrown by commands; the session sends it. */
export class ErrorResponse extends Trouble {
  readonly code: number;
  readonly text: Octets;
  /** lines before the answer (122 before 422) */
  readonly before: readonly Octets[];

  constructor(code: number, text: Octets, before: readonly Octets[] = [], options?: ErrorOptions) {
    super(`${code} ${text}`, options);
    this.name = 'ErrorResponse';
    this.code = code;
    this.text = text;
    this.before = before;
  }

  /** 48x and 58x are the last words of a session (RGTP 2.1.2). */
  get closes(): boolean {
    return Math.floor(this.code / 10) % 10 === 8;
  }
}

export function noSuchItem(itemId: string): ErrorResponse {
  return new ErrorResponse(410, octets`Item ${ascii(itemId)} does not exist or has been archived.`);
}

/**
 * What has not been synced may be lost in a power cut. Its poster was told 484, so nobody is shown it until it is known
 * to be on disk.
 */
export function requireSynced({ unsynced }: { readonly unsynced: boolean }): void {
  if (unsynced)
    throw new ErrorResponse(
      484,
      octets`The server's disk fails; nothing can be said for certain, and nothing was changed.`,
    );
}

/** The answer to an error: for anything but one of these, 484 with words that a bridge can pass on. */
export function responseTo(error: unknown): ErrorResponse {
  if (error instanceof ErrorResponse) return error;
  const trouble = storeTrouble(error);
  if (trouble === undefined) return new ErrorResponse(484, octets`Server internal error.`);
  const doubtful = error instanceof StoreError && error.inDoubt;
  const outcome = doubtful ? octets`whether anything was changed is not certain` : octets`nothing was changed`;
  return new ErrorResponse(484, octets`${ascii(trouble.replace(/^t/, 'T'))}; ${outcome}.`);
}
