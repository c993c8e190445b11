import type { PlanWarning } from '../plan/migration-plan.js'

/** How a module's migrations stand; plain JSON. */
export interface ModuleStatus {
  readonly module: string
  /** The highest version applied; `null` where none says one. */
  readonly version: string | null
  readonly state: 'current' | 'pending' | 'changed' | 'needs-attention'
  readonly applied: readonly AppliedMigration[]
  readonly pending: readonly PendingMigration[]
  /** Tables with the tenant column that no policy protects. */
  readonly unprotected: readonly string[]
}

export interface AppliedMigration {
  readonly name: string
  readonly version: string | null
  readonly checksum: string | null
  /** ISO 8601, UTC. */
  readonly appliedAt: string
  readonly durationMs: number
}

export interface PendingMigration {
  readonly name: string
  readonly version: string | null
}

/** What a run has done. */
export interface RunReport {
  readonly applied: readonly RunMigration[]
  /** Modules whose schema changed. */
  readonly modules: readonly string[]
  readonly warnings: readonly PlanWarning[]
  readonly durationMs: number
}

export interface RunMigration {
  readonly module: string
  readonly name: string
  readonly version: string | null
  readonly durationMs: number
}

/** What a run would do. */
export interface PlanReport {
  readonly steps: readonly {
    readonly module: string
    readonly name: string
    readonly version: string | null
    readonly reason: 'new' | 'again' | 'resume'
    readonly place: string
  }[]
  readonly warnings: readonly PlanWarning[]
}

/** One event of the registry. */
export interface HistoryEntry {
  readonly at: string
  readonly module: string
  readonly name: string
  readonly event: 'applied' | 'rolled-back' | 'baselined' | 'repaired' | 'failed'
  readonly version: string | null
  readonly durationMs: number | null
  /** Login and host of who did it. */
  readonly by: string
  readonly detail: string | null
}
