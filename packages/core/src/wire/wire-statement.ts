/** One statement of a batch, sent by the extended protocol. */
export interface WireStatement {
  readonly text: string
  readonly values?: readonly unknown[]
  /** `auto` (default) names it from its second use on, `always` at once, `never` not at all. */
  readonly prepare?: 'never' | 'auto' | 'always'
  /** Keeps apart equal texts whose plans must not be shared: module and role. */
  readonly scopeKey?: string
}

/** Statements up to one Sync: outside a transaction block PostgreSQL runs them as one transaction. */
export interface Segment {
  readonly statements: readonly WireStatement[]
}

export interface WireResult {
  /** First word of the command tag: `SELECT`, `INSERT`, `COMMIT`, … */
  readonly command: string
  /** Rows affected or returned; 0 for commands that count none. */
  readonly rowCount: number
  readonly rows: Record<string, unknown>[]
}
