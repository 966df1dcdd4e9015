/** Asking a listener: how to reach it from this machine, and what it says first. */

/** The host to connect to if a server listens on `host`. */
export function reached(host: string): string {
  return host === '::' || host === '0.0.0.0' ? 'localhost' : host;
}

/** The first line of what was received, fit to be shown; '' if there is none. */
export function firstLine(said: Buffer): string {
  const [first = ''] = said.toString('latin1').split(/\r?\n/);
  return first.replaceAll(/[^ -~]/g, '?').slice(0, 80);
}
