/** A column as the catalog has it. */
export interface ColumnInfo {
  readonly name: string
  /** As `format_type` prints it, other schemas qualified: `character varying(255)`, `uuid[]`. */
  readonly type: string
  /**
   * The name in `pg_type` that decides how values are written, domains resolved, of the elements
   * where `isArray`: `varchar`, `int4`, `timestamptz`, `citext`.
   */
  readonly baseType: string
  readonly isArray: boolean
  /** The type for a cast, domains resolved, without length: `character varying`, `uuid[]`. */
  readonly castType: string
  readonly kind: 'base' | 'enum' | 'range' | 'composite'
  /** The labels of an enum. */
  readonly labels: readonly string[]
  readonly nullable: boolean
  readonly hasDefault: boolean
  /** `always` columns (identity or stored expression) refuse values. */
  readonly generated: 'no' | 'by default' | 'always'
  /** Text of a collation under which equal means equal bytes: a prefix is a range of bytes. */
  readonly bytewisePrefix: boolean
}

/** What the catalog says of a table, view or partitioned table. */
export interface TableInfo {
  readonly schema: string
  readonly name: string
  readonly columns: ReadonlyMap<string, ColumnInfo>
  readonly primaryKey: readonly string[]
  /** Columns of every unique key without condition, the primary key first. */
  readonly uniqueKeys: readonly (readonly string[])[]
  /** Columns of those and of the foreign keys, by the name of the constraint or unique index. */
  readonly constraints: ReadonlyMap<string, readonly string[]>
  /** Set where the table is under the tenant policy. */
  readonly tenantColumn: string | undefined
}
