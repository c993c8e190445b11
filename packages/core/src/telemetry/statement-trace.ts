/** What the channel `plataforma:statement` tells of one statement; no parameters and no rows. */
export interface StatementTrace {
  readonly sql: string
  /** The module it belongs to; `undefined` for the administrator's and plain handles. */
  readonly module: string | undefined
  /** `{database}|{schema}` of a module's statement. */
  readonly namespace: string | undefined
  /** The table of a verb. */
  readonly table: string | undefined
  readonly inTransaction: boolean
  /** Whether its rows are read in portions; it then ends with the reading. */
  readonly streams: boolean
  /** First keyword in upper case; what PostgreSQL says it was, once that has answered. */
  readonly kind: string | undefined
  /** Rows given or affected; from `asyncEnd` on, where it succeeded. */
  readonly rows?: number
  /** The wait for a session included; from `asyncEnd` on. */
  readonly elapsedMs?: number
  /** From `error` on. */
  readonly error?: unknown
  /** From `error` on, where PostgreSQL refused it. */
  readonly sqlState?: string
}
