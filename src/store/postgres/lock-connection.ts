import { Client, type PoolConfig } from 'pg';
import { setOf } from './settings.ts';

/** All in ms. */
export interface Silences {
  /** to wait for an answer */
  readonly answer: number;
  /** in which this bridge asks again and again */
  readonly silence: number;
}

/** ms of silence of a process that hangs: one that waits for a busy machine is heard of before */
const HANGS = 10_000;

/**
 * A connection for locks. PostgreSQL frees them some three seconds after the death of this machine, or of the network; and where
 * this process hangs (stopped, or its disk does not answer), which keeps its connections alive: from version 14 on.
 */
export async function connectForLocks(config: PoolConfig, { answer, silence }: Silences): Promise<Client> {
  const client = new Client({ ...config, query_timeout: answer });
  client.on('error', () => {});
  await client.connect();
  await client.query(setOf({ search_path: 'rgtp_nntp', idle_session_timeout: String(Math.max(HANGS, 3 * silence)) }));
  return client;
}
