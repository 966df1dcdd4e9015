/** A board's refusal of a login, as opposed to a board that can't be asked. */
import { Refusal } from '../../nntp/backend.ts';
import { RgtpError } from '../../rgtp/errors.ts';

/** The level given by the board; `undefined` if it refused. Rejects if it could not be asked. */
export async function answered(level: Promise<number>): Promise<number | undefined> {
  try {
    return await level;
  } catch (error) {
    if (error instanceof Refusal && error.kind === 'bad-credentials') return undefined;
    if (error instanceof RgtpError && isDenial(error)) return undefined;
    throw error;
  }
}

/** 511: the board does not accept this as a userid. */
export function isDenial({ kind }: RgtpError): boolean {
  return kind === 'refused' || kind === 'no-access' || kind === 'bug';
}
