import type { ReferenceDefinition, SqlExpression } from './column-definition.js'

/** A unique key of several columns. */
export interface UniqueDefinition {
  readonly name?: string
  readonly columns: readonly string[]
  /** True across tenants; within the tenant unless given, on a table with row-level security. */
  readonly global?: boolean
}

/** A reference of several columns. */
export interface ForeignKeyDefinition extends Omit<ReferenceDefinition, 'table' | 'column'> {
  readonly name?: string
  readonly columns: readonly string[]
  readonly references: { readonly table: string; readonly columns?: readonly string[] }
}

/** An index; on a table with row-level security it begins with the tenant column. */
export interface IndexDefinition {
  readonly name?: string
  readonly columns: readonly string[]
  readonly unique?: boolean
  readonly using?: 'btree' | 'hash' | 'gin' | 'gist' | 'brin' | 'spgist'
  /** Condition of a partial index, trusted SQL. */
  readonly where?: string | SqlExpression
  /** Operator class of every column, such as `text_pattern_ops` for prefixes. */
  readonly operatorClass?: string
}

/** A condition on rows. */
export interface CheckDefinition {
  readonly name?: string
  readonly expression: string | SqlExpression
}

/** How a table is divided, by the partition package. */
export type PartitioningOption =
  | 'date'
  | {
      readonly column: string
      readonly interval: 'daily' | 'weekly' | 'monthly' | 'yearly'
    }

/** Options of a table to create. */
export interface TableOptions {
  /** True where the table has the tenant column, unless given. */
  readonly enableRLS?: boolean
  /** The database's `tenantColumn` unless given. */
  readonly tenantColumn?: string
  /** Needs `@plataforma/security`. */
  readonly enableAudit?: boolean
  /** Needs `@plataforma/partition`. */
  readonly partitioning?: PartitioningOption
  /** A primary key of several columns, in place of `primaryKey` on columns. */
  readonly primaryKey?: readonly string[]
  readonly uniques?: readonly (UniqueDefinition | readonly string[])[]
  readonly indexes?: readonly (IndexDefinition | readonly string[])[]
  readonly checks?: readonly (CheckDefinition | string)[]
  readonly foreignKeys?: readonly ForeignKeyDefinition[]
}
