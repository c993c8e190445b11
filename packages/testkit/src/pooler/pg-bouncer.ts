/** A running PgBouncer before one PostgreSQL. */
export interface PgBouncer extends AsyncDisposable {
  /** Which way it came, in words for the person who reads the test run. */
  readonly way: string
  readonly version: string
  readonly host: string
  readonly port: number
  /** The same login and database as in an address of the server itself, through the pooler. */
  through(connectionString: string): string
  stop(): Promise<void>
  /** Starts a stopped one again, on the same port. */
  start(): Promise<void>
  close(): Promise<void>
}

export interface PgBouncerOptions {
  /** The server behind it, with a superuser that may read the secrets of its logins. */
  readonly server: {
    readonly host: string
    readonly port: number
    readonly user: string
    readonly password: string
  }
  /** Directives of its configuration over the test defaults, such as `{ pool_mode: 'session' }`. */
  readonly settings?: Readonly<Record<string, string | number>>
}
