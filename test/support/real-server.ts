import { parseSecret } from '../../src/rgtp/proof.ts';

/** A board that is not ours, for tests that can ask one. */
export interface RealServer {
  readonly host: string;
  readonly port: number;
  /** somebody who logs in there; otherwise guests must be able to read */
  readonly user?: string;
  readonly secret?: string;
  /** whether that user may post there */
  readonly mayPost: boolean;
}

const DEFAULT_PORT = 1431;

/**
 * The board that `RGTP_TEST_SERVER` names, or none: `host`, `host:port` or `[address]:port`.
 *
 * @throws Error that names the variable: a test must not ask some other board instead
 */
export function realServer(env: Readonly<Record<string, string | undefined>> = process.env): RealServer | undefined {
  const { RGTP_TEST_SERVER: server, RGTP_TEST_USER: user, RGTP_TEST_SECRET: secret, RGTP_TEST_POST } = env;
  if (server === undefined || server === '') return undefined;
  const [, address, name, port] = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::([0-9]{1,5}))?$/i.exec(server) ?? [];
  const host = address ?? name;
  const number = Number(port ?? DEFAULT_PORT);
  if (host === undefined || number === 0 || number > 65_535) {
    throw new Error(`RGTP_TEST_SERVER is host:port, not ${JSON.stringify(server)}`);
  }
  const mayPost = RGTP_TEST_POST === 'yes';
  if (user === undefined) {
    if (secret !== undefined || mayPost) throw new Error('RGTP_TEST_SECRET and RGTP_TEST_POST want RGTP_TEST_USER');
    return { host, port: number, mayPost };
  }
  if (secret === undefined || parseSecret(secret) === undefined) {
    throw new Error('RGTP_TEST_SECRET is the hexadecimal secret of RGTP_TEST_USER');
  }
  return { host, port: number, user, secret, mayPost };
}
