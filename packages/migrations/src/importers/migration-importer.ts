/** What reads the files of another tool. */
export interface MigrationImporter {
  /** The tool. */
  readonly layout: string
  /**
   * The migrations of a folder, in the order in which the tool applies them.
   *
   * @throws PlataformaError `PLT_MIGRATION_INVALID` where the tool could not read them either
   */
  read(folder: string): readonly ForeignMigration[]
}

/** A migration of another tool. */
export interface ForeignMigration {
  /** What the tool orders it by. */
  readonly version: string
  /** Its name without the version. */
  readonly title: string
  /** Its files, for people. */
  readonly files: readonly string[]
  readonly up: string
  /** `undefined` where there is none. */
  readonly down: string | undefined
  /** Whether the tool runs it in a transaction. */
  readonly inTransaction: boolean
}
