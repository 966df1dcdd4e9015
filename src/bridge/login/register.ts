import { RgtpConnection } from '../../rgtp/client/connection.ts';
import type { ClientOptions } from '../../rgtp/client/options.ts';
import { type Charset, decode, encode } from '../../wire/charset.ts';

/**
 * Asks a board for an account (REGU, RGTP 2.2.24): shows its warning, and continues if the user agrees.
 *
 * @param confirm called with the lines meant for the user, decoded
 * @returns the board's words on what happens next, or `undefined` if the user did not agree. Rejects with `RgtpError`.
 */
export async function register(
  board: ClientOptions & { readonly charset?: Charset },
  userid: string,
  confirm: (warning: readonly string[]) => Promise<boolean>,
): Promise<string | undefined> {
  const charset = board.charset ?? 'auto';
  const connection = await RgtpConnection.openForRegistration(board);
  try {
    const warning = await connection.startRegistration();
    // Lines without a leading blank tell the client what to do next.
    const forUser = warning.filter((line) => line.startsWith(' ')).map((line) => decode(line.slice(1), charset));
    if (!(await confirm(forUser))) return undefined;
    return decode(await connection.register(encode(userid, 'latin1')), charset);
  } finally {
    await connection.close();
  }
}
