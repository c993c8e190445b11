import type { Dependency } from './dependency.js'

/** What the first line of a migration says of it. */
export interface MigrationMetadata {
  /** Semantic version of the module once the migration is applied; `undefined` where it says none. */
  readonly version: string | undefined
  readonly dependencies: readonly Dependency[]
  /**
   * `false`: each statement by itself, code outside of a transaction; `true`: refused where a
   * statement cannot; else as needed.
   */
  readonly transaction: boolean | undefined
  readonly irreversible: boolean
  /** Milliseconds a statement waits for a lock before the whole transaction is tried again. */
  readonly lockTimeoutMs: number | undefined
  readonly statementTimeoutMs: number | undefined
  /** Run again, after all others of its module, whenever its text has changed. */
  readonly repeatable: boolean
  /** `false`: its new tables with the tenant column stay without policies. */
  readonly rls: boolean
  /** Range of server versions, such as `>=16`. */
  readonly pg: string | undefined
}
