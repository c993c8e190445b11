import type { Filter } from './filter.js'
import type { ColumnName } from './row-types.js'
import type { CallOptions } from './select-options.js'

/** How many rows a write touched. */
export interface AffectedRows {
  readonly affectedRows: number
}

/** Which rows a write touches: a filter, or all of them on purpose. */
export type WriteScope<Row> =
  | { readonly where: Filter<Row>; readonly all?: never }
  | { readonly all: true; readonly where?: never }

/** Options of an insert. */
export interface InsertOptions<Column extends string> extends CallOptions {
  /** Columns to give back, all where left out; `false` gives `{ affectedRows }`. */
  readonly returning?: readonly Column[] | boolean
}

/** Options of an update or delete. */
export type WriteOptions<Row, Column extends string = ColumnName<Row>> = WriteScope<Row> &
  CallOptions & {
    /** Columns to give back, `true` for all; without it the result is `{ affectedRows }`. */
    readonly returning?: readonly Column[] | boolean
  }

/** Options of an upsert. */
export interface UpsertOptions<Row, Column extends string = ColumnName<Row>>
  extends InsertOptions<Column> {
  /** The columns of a unique key; the tenant column need not be named. */
  readonly conflict: readonly ColumnName<Row>[]
  /**
   * The columns that an existing row takes over, all given ones but the keys where left out;
   * `false` leaves an existing row as it is, and out of the result.
   */
  readonly update?: readonly ColumnName<Row>[] | false
}

/** What a write gives for its `returning`. */
export type WriteResult<Row, Returning> = [Returning] extends [readonly (infer Column)[]]
  ? Pick<Row, Column & keyof Row>[]
  : [Returning] extends [true]
    ? Row[]
    : AffectedRows
