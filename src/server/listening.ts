/** Why a port can't be opened, and what to do about it. */
import { type Address, formatAddress } from '../config/addresses.ts';
import { systemCode } from '../wire/system-error.ts';
import { Failure } from './failure.ts';

/** an address that is listened on */
export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** system calls that take an address */
const CALLS: ReadonlySet<string> = new Set(['listen', 'bind', 'getaddrinfo']);

/**
 * Explains a failed `listen`. Anything but a system error is returned unchanged.
 * @param setting the key that names the address: `embedded.listen` @param variable its environment variable
 */
export function listenFailure(error: unknown, address: Address, setting: string, variable: string): unknown {
  const { host, port, scheme } = address;
  const other = `set ${setting} (or ${variable}=${formatAddress({ scheme, host, port: port < 1024 ? port + 1000 : port + 1 })})`;
  const options = { cause: error };
  // Only errors of these calls are about the address.
  if (!(error instanceof Error) || !('syscall' in error) || !CALLS.has(String(error.syscall))) return error;
  switch (systemCode(error)) {
    case 'EADDRINUSE':
      return new Failure(
        `port ${port} is taken: something already listens on ${formatAddress(address)}`,
        `Stop it (rgtp-nntp doctor names it), or ${other}.`,
        options,
      );
    case 'EACCES':
    case 'EPERM':
      return new Failure(
        `port ${port} needs privileges that this process does not have (${formatAddress(address)})`,
        `Give it CAP_NET_BIND_SERVICE (config/rgtp-nntp.service does), or ${other}.`,
        options,
      );
    case 'EADDRNOTAVAIL':
    case 'EAFNOSUPPORT':
      return new Failure(
        `this machine has no address ${host} (${formatAddress(address)})`,
        `Correct ${setting}.`,
        options,
      );
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new Failure(`the name ${host} has no address (${formatAddress(address)})`, `Correct ${setting}.`, options);
    default:
      return error;
  }
}
