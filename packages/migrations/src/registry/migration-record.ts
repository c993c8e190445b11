/** A migration as the registry has it. */
export interface MigrationRecord {
  readonly module: string
  readonly name: string
  readonly version: string | undefined
  readonly kind: 'sql' | 'code'
  readonly checksum: string | undefined
  readonly repeatable: boolean
  /** As written in its metadata. */
  readonly dependencies: readonly string[]
  readonly state: MigrationState
  /** Rises with each migration applied to the database, whatever its module. */
  readonly position: number
  readonly appliedAt: Date
  readonly durationMs: number
}

/**
 * `applied`; `running`: begun, and not ended yet or interrupted; `undoing`: its down was begun;
 * `needs-attention`: interrupted where nobody can tell what has happened.
 */
export type MigrationState = 'applied' | 'running' | 'undoing' | 'needs-attention'
