import { Client, type PoolConfig } from 'pg';
import { setOf } from './settings.ts';

/** All in ms. */
export interface Silences {
  /** how long to wait for an answer */
  readonly answer: number;
  /** the longest silence of a bridge that is alive */
  readonly silence: number;
}

/** ms of silence after which a process counts as hanging: on a busy machine it is heard from before */
const HANGS = 10_000;

/**
 * A connection for locks. PostgreSQL frees them some three seconds after this machine or its network fails; from
 * version 14 on, also if this process hangs (stopped, or waiting for a disk that does not answer), which keeps its
 * connections alive.
 */
export async function connectForLocks(config: PoolConfig, { answer, silence }: Silences): Promise<Client> {
  const client = new Client({ ...config, query_timeout: answer });
  client.on('error', () => {});
  await client.connect();
  await client.query(setOf({ search_path: 'rgtp_nntp', idle_session_timeout: String(Math.max(HANGS, 3 * silence)) }));
  return client;
}
