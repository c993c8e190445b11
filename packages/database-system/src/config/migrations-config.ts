/** What the migrations package reads. */
export interface MigrationsConfig {
  /** Folder of the migrations, one folder in it for each module; `./migrations` unless given. */
  readonly directory?: string
  /** Whether `initialize()` runs what is pending; false unless given. */
  readonly runOnInitialize?: boolean
  /** Folder of the generated row types; `./generated/database` unless given. */
  readonly outDir?: string
}
