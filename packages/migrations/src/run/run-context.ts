import type { Ground } from '../ground/ground.js'
import type { MigrationProgress } from '../system/migration-progress.js'
import type { Backend } from './migration-session.js'

/** What all migrations of one run have in common; times are in milliseconds. */
export interface RunContext {
  readonly ground: Ground
  /** Of `plataforma.migration_runs`. */
  readonly run: string
  /** The session that holds the deployer lock. */
  readonly deployer: Backend
  readonly lockTimeoutMs: number
  readonly lockRetries: number
  readonly statementTimeoutMs: number | undefined
  /** Modules whose migrations have dropped their schema: the next one gets it made again. */
  readonly missingSchemas: Set<string>
  readonly signal: AbortSignal | undefined
  readonly onProgress: (progress: MigrationProgress) => void
}
