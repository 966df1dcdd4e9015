/**
 * With PostgreSQL's defaults, a machine that is gone would keep its locks, and what it has changed in a transaction,
 * for two hours. Here it is three seconds.
 */
const GONE = {
  tcp_keepalives_idle: '1',
  tcp_keepalives_interval: '1',
  tcp_keepalives_count: '2',
  tcp_user_timeout: '3000',
  // Also while waiting for a lock; from version 14 on.
  client_connection_check_interval: '1000',
};

/** A statement that sets these for a session, if the server's version has them. */
export function setOf(settings: Readonly<Record<string, string>>): string {
  const values = Object.entries({ ...GONE, ...settings }).map(([name, value]) => `('${name}', '${value}')`);
  return `SELECT set_config(v.name, v.value, false) FROM (VALUES ${values.join(', ')}) AS v (name, value)
    WHERE current_setting(v.name, true) IS NOT NULL`;
}
