import type { Migration } from '../migration/migration.js'
import type { MigrationRecord } from '../registry/migration-record.js'

/** What a run would do, in an order that fits every dependency. */
export interface MigrationPlan {
  readonly steps: readonly PlannedMigration[]
  /** What is not as it should be, and stops no run. */
  readonly warnings: readonly PlanWarning[]
}

/** One step of a plan. */
export interface PlannedMigration {
  readonly migration: Migration
  /** `again`: a repeatable one whose text has changed; `resume`: interrupted in an earlier run. */
  readonly reason: 'new' | 'again' | 'resume'
  /** Steps of this plan that must be done before, by their place in `steps`. */
  readonly after: readonly number[]
}

/** A finding of a plan that stops no run; `message` is one line for people. */
export interface PlanWarning {
  readonly kind: 'out-of-order' | 'file-missing' | 'code-changed'
  readonly module: string
  readonly name: string
  readonly message: string
}

/** What there is and what is applied: all that planning looks at. */
export interface PlanInput {
  readonly migrations: readonly Migration[]
  readonly records: readonly MigrationRecord[]
  /** Plan these modules and what they need of others; all where left out. */
  readonly modules?: readonly string[] | undefined
  readonly outOfOrder: OutOfOrderPolicy
  /** `server_version_num`, such as 180004. */
  readonly serverVersion: number
}

/** What happens where a pending migration stands before an applied one of its module. */
export type OutOfOrderPolicy = 'error' | 'warn' | 'allow'
