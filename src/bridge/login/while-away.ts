import { Refusal } from '../../nntp/backend.ts';
import { RgtpError } from '../../rgtp/errors.ts';
import type { Level } from '../board.ts';
import type { LastHeard } from './last-heard.ts';
import { asLevel } from './level.ts';
import type { RememberedProofs } from './remembered-proofs.ts';
import type { Credentials } from './user-pools.ts';

/** For a remote board: the logins that are valid while it is away, and when it was last heard. */
export interface WhileAway {
  readonly remembered: RememberedProofs;
  readonly heard: LastHeard;
}

/**
 * The board's answer; while it is away, its last answer to this very login.
 *
 * @returns `unproven`: if the board was not heard, the time when it was asked (monotonic, ms)
 * @throws Refusal
 */
export async function provenOrRemembered(
  credentials: Credentials,
  prove: () => Promise<Level>,
  whileAway: WhileAway,
): Promise<{ readonly level: Level; readonly unproven: number | undefined }> {
  for (let attempt = 1; ; attempt++) {
    const began = whileAway.heard.now();
    try {
      return { level: await prove(), unproven: undefined };
    } catch (error) {
      const cause = error instanceof Refusal ? error.cause : error;
      if (!isLost(cause)) throw error;
      if (whileAway.heard.isAway(cause, began)) {
        return { level: await rememberedLevel(credentials, whileAway.remembered, error), unproven: began };
      }
      // The board answers others, or did until a moment ago.
      if (attempt === 2) throw error;
    }
  }
}

/** Whether the connection failed, or none was made. */
function isLost(error: unknown): boolean {
  return error instanceof RgtpError && error.kind === 'unavailable';
}

async function rememberedLevel(credentials: Credentials, proofs: RememberedProofs, error: unknown): Promise<Level> {
  const level = await proofs.check(credentials);
  if (level === 'unknown') throw error;
  if (level === 'wrong') {
    throw new Refusal('bad-credentials', 'the board is away, and this is not the login that it last accepted');
  }
  return asLevel(level);
}
