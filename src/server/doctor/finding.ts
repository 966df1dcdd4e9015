import { messageOf } from '../../wire/trouble.ts';

/** One result of an examination. */
export interface Finding {
  readonly result: 'ok' | 'warn' | 'fail';
  readonly what: string;
  /** what to do about it */
  readonly remedy?: string;
}

export function ok(what: string): Finding {
  return { result: 'ok', what };
}

export function warn(what: string, remedy: string): Finding {
  return { result: 'warn', what, remedy };
}

export function fail(what: string, remedy?: string): Finding {
  return { result: 'fail', what, ...(remedy !== undefined && { remedy }) };
}

/** An error's message on one line. */
export function reasonOf(error: unknown): string {
  return messageOf(error).replaceAll(/\s*\n\s*/g, ' ');
}
