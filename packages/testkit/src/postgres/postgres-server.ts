/** How a server is ended, as in `pg_ctl stop --mode`. */
export type StopMode = 'smart' | 'fast' | 'immediate'

/** A running PostgreSQL, whichever way it came. */
export interface PostgresServer extends AsyncDisposable {
  /** Which way it came, in words for the person who reads the test run. */
  readonly way: string
  /** As the server tells it, such as `18.4`. */
  readonly version: string
  readonly majorVersion: number
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  /** Connects the superuser to database `postgres`. */
  readonly connectionString: string
  /** Creates an empty database and gives the superuser's connection string to it. */
  createDatabase(name: string): Promise<string>
  /** Ends the server; its data stays for `start()`. Default mode: `fast`. */
  stop(options?: { readonly mode?: StopMode }): Promise<void>
  /** Starts a stopped server again, on the same port. */
  start(): Promise<void>
  restart(options?: { readonly mode?: StopMode }): Promise<void>
  /** Freezes every process of the server: connections stay open and nothing answers. */
  pause(): Promise<void>
  resume(): Promise<void>
  /** Ends the server and removes its data. */
  close(): Promise<void>
}

/** What a server is asked to be. */
export interface PostgresOptions {
  /** Major version; default `PLATAFORMA_TEST_POSTGRES`, else 18. */
  readonly version?: number
  /** Server settings over the test defaults, such as `{ max_connections: 20 }`. */
  readonly settings?: Readonly<Record<string, string | number | boolean>>
  /** Take the server at `DATABASE_URL` where that is set and no version is asked for. */
  readonly allowExternal?: boolean
}
