declare module 'pgpass' {
  interface Connection {
    readonly host: string | undefined;
    readonly port: number | undefined;
    readonly database: string | undefined;
    readonly user: string | undefined;
  }
  /** Looks the password up in PGPASSFILE, or `~/.pgpass`; `undefined`: it is not there. */
  export default function pgpass(connection: Connection, callback: (password: string | undefined) => void): void;
}
