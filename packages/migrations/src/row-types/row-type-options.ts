/** A module, and the schema that its tables are in. */
export interface RowTypeModule {
  readonly module: string
  readonly schema: string
}

/** What row types are generated of, and where to. */
export interface RowTypeOptions {
  /** All modules: files of others are removed. */
  readonly modules: readonly RowTypeModule[]
  /** `./generated/database` of the working directory unless given. */
  readonly outDir?: string | undefined
  /**
   * Whether `index.ts` also tells the modules to `@plataforma/database-system`, which the program
   * then has to have installed; `false` unless given.
   */
  readonly register?: boolean
}
