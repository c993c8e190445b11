import type { KeyAcrossTenants } from '@plataforma/core'
import type { PlanWarning } from '../plan/migration-plan.js'

/** How a module's migrations stand; plain JSON. */
export interface ModuleStatus {
  readonly module: string
  /** The highest version applied; `null` where none says one. */
  readonly version: string | null
  readonly state: 'current' | 'pending' | 'half-done' | 'changed' | 'needs-attention'
  readonly applied: readonly AppliedMigration[]
  readonly pending: readonly PendingMigration[]
  /** Tables with the tenant column that no policy protects. */
  readonly unprotected: readonly string[]
}

/** How a module's migrations stand, with what is to be looked at; plain JSON. */
export interface ModuleReport extends ModuleStatus {
  /** Unique and foreign keys of protected tables that do not include the tenant. */
  readonly keysAcrossTenants: readonly KeyAcrossTenants[]
  /** Applied migrations whose file is gone, or whose code is another; they make no other state. */
  readonly warnings: readonly PlanWarning[]
}

/** A migration that is applied. */
export interface AppliedMigration {
  /** `NNN_name`, without extension. */
  readonly name: string
  readonly version: string | null
  /** SHA-256, 64 hexadecimal digits, of the text as it was applied; `null` of functions. */
  readonly checksum: string | null
  /** ISO 8601, UTC. */
  readonly appliedAt: string
  /** As the history has it: see `HistoryEntry`. */
  readonly durationMs: number
}

/** A migration that is not applied, or runs again. */
export interface PendingMigration {
  /** `NNN_name`, without extension. */
  readonly name: string
  readonly version: string | null
  /** Of one that was begun and not ended. */
  readonly halfDone?: HalfDoneMigration
}

/** How far a migration came that was begun and not ended, and what becomes of it. */
export interface HalfDoneMigration {
  /** Whether it was being applied or undone. */
  readonly direction: 'up' | 'down'
  /** Statements that have happened; `null` of code, which has none. */
  readonly done: number | null
  readonly of: number | null
  /** Line of the next one in the text with which it was begun. */
  readonly line: number | null
  /**
   * `resumable`: the next run goes on; `changed`: what has happened was edited in its file;
   * `needs-attention`: nobody can tell what the next statement has done; `running`: a process
   * migrates now.
   */
  readonly outlook: 'resumable' | 'changed' | 'needs-attention' | 'file-missing' | 'running'
  readonly remedy: string
}

/** What a run has done. */
export interface RunReport {
  readonly applied: readonly RunMigration[]
  /** Modules whose schema changed. */
  readonly modules: readonly string[]
  readonly warnings: readonly RunWarning[]
  readonly durationMs: number
}

/** What is not as it should be, and stopped no run. */
export type RunWarning = PlanWarning | KeyWarning

/** A key that came with the run and does not include the tenant. */
export interface KeyWarning {
  readonly kind: 'unique-across-tenants' | 'reference-across-tenants'
  readonly module: string
  readonly table: string
  /** Of the constraint or index. */
  readonly name: string
  readonly message: string
  readonly remedy: string
}

/** A migration that a call has applied or undone. */
export interface RunMigration {
  readonly module: string
  readonly name: string
  readonly version: string | null
  /** As the process saw it: with COMMIT and the ways to the server, without attempts in vain. */
  readonly durationMs: number
}

/** What a rollback has undone. */
export interface RollbackReport {
  /** In the order in which they were undone. */
  readonly rolledBack: readonly RunMigration[]
  readonly durationMs: number
}

/** What `repair` has changed in the registry; nothing else is touched by it. */
export interface RepairReport {
  readonly repaired: readonly {
    readonly module: string
    readonly name: string
    /** `accepted`: the text as it is now; else what the migration counts as. */
    readonly as: 'accepted' | 'applied' | 'rolled-back' | 'retry'
  }[]
}

/** What `baseline` has recorded without running it. */
export interface BaselineReport {
  readonly baselined: readonly {
    readonly module: string
    readonly name: string
    readonly version: string | null
  }[]
}

/** What a run would do. */
export interface PlanReport {
  readonly steps: readonly {
    readonly module: string
    readonly name: string
    readonly version: string | null
    readonly reason: 'new' | 'again' | 'resume'
    readonly place: string
    /** Of one that was begun and not ended. */
    readonly halfDone?: HalfDoneMigration
  }[]
  readonly warnings: readonly PlanWarning[]
}

/** One event of the registry. */
export interface HistoryEntry {
  /** ISO 8601, UTC. */
  readonly at: string
  readonly module: string
  readonly name: string
  readonly event: 'applied' | 'rolled-back' | 'baselined' | 'repaired' | 'failed'
  readonly version: string | null
  /**
   * Until the row was written: of a transaction by the server's clock, before COMMIT, so that it is
   * less than a run reports; of what runs outside of one by that of the process.
   */
  readonly durationMs: number | null
  /** Login and host of who did it. */
  readonly by: string
  readonly detail: string | null
}
