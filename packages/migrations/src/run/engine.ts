import type { Ground } from '../ground/ground.js'
import type { Migration } from '../migration/migration.js'
import type { OutOfOrderPolicy } from '../plan/migration-plan.js'
import type { MigrationOptions } from '../system/migration-options.js'
import type { MigrationProgress } from '../system/migration-progress.js'
import type { RunContext } from './run-context.js'

/** What every operation on migrations stands on. */
export interface Engine
  extends Pick<RunContext, 'lockTimeoutMs' | 'lockRetries' | 'statementTimeoutMs'> {
  readonly ground: Ground
  readonly lockWaitMs: number
  readonly parallel: number
  readonly outOfOrder: OutOfOrderPolicy
  /** Extensions that migrations may create, beside the usual ones. */
  readonly extensions: readonly string[]
  /** Where row types go after what changed something; `undefined` where none are wanted. */
  readonly types: Pick<MigrationOptions, 'outDir' | 'registerTypes'> | undefined
  /** All migrations that there are now. */
  list(): readonly Migration[]
}

/** What every operation takes. */
export interface CallOptions {
  /** Ends what runs, as an abort: what is applied stays. */
  readonly signal?: AbortSignal | undefined
  /** In place of the one among the options. */
  readonly onProgress?: ((progress: MigrationProgress) => void) | undefined
}
