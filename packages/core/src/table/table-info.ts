export interface ColumnInfo {
  readonly name: string
  /** As `format_type` prints it: `character varying(255)`, `uuid`, `numeric(12,2)[]`. */
  readonly type: string
  readonly nullable: boolean
  readonly hasDefault: boolean
  /** `always` columns (identity or stored expression) refuse values. */
  readonly generated: 'no' | 'by default' | 'always'
}

/** What the catalog says of a table, view or partitioned table. */
export interface TableInfo {
  readonly schema: string
  readonly name: string
  readonly columns: ReadonlyMap<string, ColumnInfo>
  readonly primaryKey: readonly string[]
  /** Set where the table is under the tenant policy. */
  readonly tenantColumn: string | undefined
}
