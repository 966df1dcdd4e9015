/** What happens on a board, for metrics. */
export interface BoardObserver {
  /** `full`, `address`: too many connections in total, or from one address */
  readonly connected: (result: 'accepted' | 'full' | 'address' | 'handshake') => void;
  readonly loggedIn: (result: 'accepted' | 'refused') => void;
}

export const unobserved: BoardObserver = { connected: () => {}, loggedIn: () => {} };
