/** What a migration needs of another module, or of an earlier migration of its own. */
export interface Dependency {
  /** As written: `auth`, `auth@>=1.2.0` or `auth:003_add_x`. */
  readonly text: string
  readonly module: string
  /** Semantic version range that the module's version has to satisfy. */
  readonly range: string | undefined
  /** Name of one migration of the module. */
  readonly name: string | undefined
}
