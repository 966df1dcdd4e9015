import type { Log } from '../wire/log.ts';
import type { Backend } from './backend.ts';
import type { ArticleMemory } from './connection/article-memory.ts';
import type { Certificate } from './connection/certificate.ts';
import type { LoginGate } from './login-gate.ts';
import type { Observer } from './observer.ts';
import type { Places } from './places.ts';
import type { Settings } from './settings.ts';

/** What all sessions of a server share: the settings, and what is made from them. */
export interface Shared extends Settings {
  readonly backend: Backend;
  readonly log: Log;
  readonly observer: Observer;
  readonly logins: LoginGate;
  /** `undefined`: no TLS */
  readonly certificate: Certificate | undefined;
  /** memory for the articles under way */
  readonly articles: ArticleMemory;
  /** compressed connections */
  readonly compressions: Places;
  /** wall clock, unix ms: for dates only */
  readonly now: () => number;
  /** monotonic, in ms: for durations */
  readonly clock: () => number;
}
