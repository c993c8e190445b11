import type { Kysely } from 'kysely'
import type { MigrationMetadata } from './migration-metadata.js'

/** A migration as its source lists it; cheap to list by the thousand. */
export interface Migration {
  readonly module: string
  /** `NNN_name`, without extension. */
  readonly name: string
  readonly kind: 'sql' | 'code'
  /** The file, or another place, for people. */
  readonly place: string
  /**
   * SHA-256, 64 hexadecimal digits, of the normalised text; `undefined` where there is no text: code
   * that was given as functions.
   */
  readonly checksum: string | undefined
  /** The normalised text of an SQL migration: no byte order mark, lines ended by LF. */
  readonly text: string | undefined
  /** Whether nobody has written anything in its file since it was made. */
  readonly isUnwritten?: boolean
  /**
   * Read when it is first asked for. Metadata that a file of code exports are there once `code()`
   * has answered: whoever plans awaits it for each pending one, which also finds code that does not
   * load before anything runs.
   *
   * @throws PlataformaError `PLT_MIGRATION_INVALID`
   */
  readonly metadata: MigrationMetadata
  /**
   * The functions of a code migration.
   *
   * @throws PlataformaError `PLT_MIGRATION_TS_UNSUPPORTED`, `PLT_MIGRATION_INVALID`
   */
  code(): Promise<MigrationCode>
}

/** A Kysely handle on the session that runs the migration, with the module's schema in its path. */
// biome-ignore lint/suspicious/noExplicitAny: the tables of the past are no type of today
export type MigrationDatabase = Kysely<any>

/** What a file `NNN_name.ts` exports. */
export interface MigrationCode {
  up(db: MigrationDatabase): Promise<unknown>
  down?(db: MigrationDatabase): Promise<unknown>
}
