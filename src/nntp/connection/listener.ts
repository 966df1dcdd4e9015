import { BlockList, isIPv6 } from 'node:net';
import type { Settings } from '../settings.ts';

/** Where to listen, and the settings for connections made there. */
export interface ListenAddress {
  readonly host: string;
  /** 0: any free port */
  readonly port: number;
  /** TLS from the first octet (NNTPS) */
  readonly tls: boolean;
  /** default: as in the settings */
  readonly proxyProtocol?: boolean | undefined;
  /** default: as in the settings */
  readonly cleartextAuth?: boolean | undefined;
  /** the balancers whose PROXY headers are trusted: addresses, or networks such as `10.0.0.0/8`; default: all */
  readonly balancers?: readonly string[] | undefined;
}

/** A listener with all its settings. */
export class Listener {
  readonly tls: boolean;
  readonly proxyProtocol: boolean;
  readonly cleartextAuth: boolean;
  readonly #balancers: BlockList | undefined;

  /** Throws `Error` if a balancer is neither an address nor a network. */
  constructor(address: ListenAddress, settings: Pick<Settings, 'proxyProtocol' | 'cleartextAuth'>) {
    this.tls = address.tls;
    this.proxyProtocol = address.proxyProtocol ?? settings.proxyProtocol;
    this.cleartextAuth = address.cleartextAuth ?? settings.cleartextAuth;
    this.#balancers = address.balancers && networks(address.balancers);
  }

  /** Whether a PROXY header from this address is trusted. */
  trusts(address: string): boolean {
    return this.#balancers?.check(address, familyOf(address)) ?? true;
  }
}

function networks(list: readonly string[]): BlockList {
  const block = new BlockList();
  for (const entry of list) {
    const [address = '', prefix] = entry.split('/');
    try {
      if (prefix === undefined) block.addAddress(address, familyOf(address));
      else block.addSubnet(address, Number(prefix), familyOf(address));
    } catch (error) {
      throw new Error(`${entry} is neither an address nor a network`, { cause: error });
    }
  }
  return block;
}

function familyOf(address: string): 'ipv6' | 'ipv4' {
  return isIPv6(address) ? 'ipv6' : 'ipv4';
}
