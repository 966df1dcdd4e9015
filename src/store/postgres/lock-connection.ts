import { Client, type PoolConfig } from 'pg';

/**
 * A connection for locks. PostgreSQL frees them some three seconds after the death of this machine, or of the network: its
 * defaults take two hours.
 * @param patience ms to wait for an answer
 */
export async function connectForLocks(config: PoolConfig, patience: number): Promise<Client> {
  const client = new Client({ ...config, query_timeout: patience });
  client.on('error', () => {});
  await client.connect();
  await client.query(
    `SELECT set_config(name, value, false) FROM (VALUES ('search_path', 'rgtp_nntp'), ('tcp_keepalives_idle', '1'),
       ('tcp_keepalives_interval', '1'), ('tcp_keepalives_count', '2'), ('tcp_user_timeout', '3000')) AS v (name, value)`,
  );
  return client;
}
