import type { Log } from '@plataforma/core'
import type { GivenDatabase } from '../ground/given-database.js'
import type { MigrationCode } from '../migration/migration.js'
import type { OutOfOrderPolicy } from '../plan/migration-plan.js'
import type { MigrationProgress } from './migration-progress.js'

/** Options of migrations, alone or in a system; times are in milliseconds. */
export interface MigrationOptions {
  /** Folder with a folder for each module; `./migrations` of the working directory unless given. */
  readonly directory?: string | undefined
  /** Migrations that are no files, for applications in one bundle; beside those of `directory`. */
  readonly sources?: readonly MigrationObject[]
  /** An address that leads to the server past a transaction-mode pooler. */
  readonly directUrl?: string | undefined
  /** How long to wait for another process that migrates; 600,000 unless given. */
  readonly lockWaitMs?: number
  /** How long a statement waits for a lock before its transaction is tried again; 3,000 unless given. */
  readonly lockTimeoutMs?: number
  /** How often such a transaction is tried again, with growing pauses; 10 unless given. */
  readonly lockRetries?: number
  /** How long one statement may take; as the server has it unless given. */
  readonly statementTimeoutMs?: number
  /** Modules that migrate at the same time; 4 unless given. */
  readonly parallel?: number
  /** What happens where a pending migration stands before an applied one; `error` unless given. */
  readonly outOfOrder?: OutOfOrderPolicy
  /** What becomes of a run whose migration fails; the failing one is always rolled back. */
  readonly onFailure?: 'stop'
  /** Extensions that migrations may create, beside the usual ones. */
  readonly extensions?: readonly string[]
  /** Folder of the generated row types; `./generated/database` unless given. */
  readonly outDir?: string | undefined
  /** Whether row types are generated after a run that changed something; where `outDir` is given. */
  readonly types?: boolean
  /** Whether `index.ts` of them tells the modules to `@plataforma/database-system`. */
  readonly registerTypes?: boolean
  /** Told of every step of every call, unless the call has its own. */
  readonly onProgress?: (progress: MigrationProgress) => void
}

/** A migration given as an object. */
export interface MigrationObject extends MigrationCode {
  readonly module: string
  /** `NNN_name` */
  readonly name: string
  /** As the first line of a file has it. */
  readonly metadata?: Readonly<Record<string, unknown>>
}

/** Where migrations run when they are used without a system. */
export type MigrationTarget =
  | { readonly db: GivenDatabase; readonly connectionString?: undefined }
  | {
      /** `undefined` compiles, so that an environment variable fits, and is refused. */
      readonly connectionString: string | undefined
      readonly db?: undefined
    }

/** Options of a `MigrationSystem` alone: exactly one of `db` and `connectionString`. */
export type MigrationSystemOptions = MigrationOptions & MigrationTarget & { readonly log?: Log }
