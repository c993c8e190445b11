/** The text of an SQL migration, and whose it is. */
export interface MigrationText {
  readonly module: string
  readonly name: string
  /** The file, or another place, for people. */
  readonly place: string
  /** Normalised. */
  readonly text: string
}
