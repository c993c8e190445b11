import type { ReferenceAction } from './column-definition.js'
import type { ColumnType } from './column-type.js'
import type { PartitioningOption } from './table-options.js'

/** SQL text that stands in a definition: of a literal, or trusted code. */
export interface DefinedExpression {
  readonly sql: string
  readonly literal: boolean
}

/** A column, everything filled in. */
export interface DefinedColumn {
  readonly name: string
  readonly type: ColumnType
  /** The type as it was written, for messages. */
  readonly writtenType: string
  readonly nullable: boolean
  readonly default: DefinedExpression | 'uuid' | undefined
  readonly identity: 'always' | 'by default' | undefined
  readonly generated: string | undefined
}

export interface DefinedUnique {
  readonly name: string | undefined
  readonly columns: readonly string[]
}

export interface DefinedForeignKey {
  readonly name: string | undefined
  readonly columns: readonly string[]
  readonly table: string
  /** The primary key where `undefined`. */
  readonly referenced: readonly string[] | undefined
  readonly onDelete: ReferenceAction
  readonly onUpdate: ReferenceAction
}

export interface DefinedIndex {
  readonly name: string | undefined
  readonly columns: readonly { readonly name: string; readonly operatorClass?: string }[]
  readonly unique: boolean
  readonly using: string
  readonly where: string | undefined
}

export interface DefinedCheck {
  readonly name: string | undefined
  readonly sql: string
}

/** A table as it is to be, from which its SQL follows; plugins may add to it (`tableDefined`). */
export interface TableDefinition {
  readonly module: string
  readonly schema: string
  readonly name: string
  readonly columns: readonly DefinedColumn[]
  readonly primaryKey: readonly string[]
  readonly uniques: readonly DefinedUnique[]
  readonly foreignKeys: readonly DefinedForeignKey[]
  readonly indexes: readonly DefinedIndex[]
  readonly checks: readonly DefinedCheck[]
  /** Set where the table is under row-level security. */
  readonly tenantColumn: string | undefined
  readonly audit: boolean
  readonly partitioning: PartitioningOption | undefined
  /** PARTITION BY, set by the partition package. */
  readonly partitionBy?: {
    readonly method: 'range' | 'list' | 'hash'
    readonly columns: readonly string[]
  }
}
