import type { Limits } from './limits.ts';

/** The operator's settings for the news server, named as in the configuration, which is handed over whole. */
export interface Settings {
  /** the host name that greetings show */
  readonly name: string;
  readonly limits: Limits;
  /** AUTHINFO without TLS from anywhere; on loopback it is always allowed */
  readonly cleartextAuth: boolean;
  /** COMPRESS DEFLATE (RFC 8054) */
  readonly compression: boolean;
  /** every connection begins with a PROXY v2 header that names the client: only behind a balancer that sends one */
  readonly proxyProtocol: boolean;
  /** RFC 6048 §§2.3–2.6 */
  readonly lists: {
    /** lines of LIST DISTRIBUTIONS; 503 if there are none */
    readonly distributions: readonly string[];
    /** lines of LIST MODERATORS; 503 if there are none */
    readonly moderators: readonly string[];
    /** wildmat of the newsgroups in LIST SUBSCRIPTIONS */
    readonly subscriptions: string;
  };
}

export const defaultSettings: Omit<Settings, 'limits'> = {
  name: 'localhost',
  cleartextAuth: false,
  compression: true,
  proxyProtocol: false,
  lists: { distributions: [], moderators: [], subscriptions: '*' },
};
