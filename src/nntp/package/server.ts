import Nntp, { type Advertised } from 'nntp-server';
import type { Log } from '../../wire/log.ts';
import type { PackageSession } from './session.ts';

/** The package's server, for the hooks that its commands call. Here it neither listens nor makes sessions. */
export class PackageServer extends Nntp<PackageSession> {
  readonly #log: Log;

  constructor(commands: Readonly<Record<string, Advertised<PackageSession>>>, log: Log) {
    super({
      commands,
      session: {
        create: () => {
          throw new TypeError('sessions are not made by the package');
        },
      },
    });
    this.#log = log;
  }

  override _needAuth(session: PackageSession): boolean {
    return !session.access.read;
  }

  /** Checks the user and password that AUTHINFO USER and PASS have left in the session. Rejects with a `Refusal`. */
  override async _authenticate(session: PackageSession): Promise<boolean> {
    const { authinfo_user: user, authinfo_pass: password } = session;
    session.authinfo_pass = null;
    session.authinfo_user = null;
    if (user === null || password === null) return false;
    await session.login(user, password);
    return true;
  }

  /**
   * Uses the names that RFC 3977 §8.4.2 allows for compatibility: from `:bytes` and `:lines`, slrn concludes that there
   * is no overview.
   */
  override _getOverviewFmt(): string[] {
    return ['Subject:', 'From:', 'Date:', 'Message-ID:', 'References:', 'Bytes:', 'Lines:', 'Xref:full'];
  }

  /** Called with what a command rejects with. No command does, because sessions turn errors into answers. */
  override _onError(error: unknown): void {
    this.#log.error({ err: error }, 'command failed');
  }
}
