import type { Filter } from './filter.js'
import type { ColumnName } from './row-types.js'

/** Limits of one call. */
export interface CallOptions {
  /** Cancels the statement on the server; the call rejects with the signal's reason. */
  readonly signal?: AbortSignal
  /** Milliseconds until the statement is cancelled with `PLT_TIMEOUT`. */
  readonly timeoutMs?: number
}

/** One column of an ordering. */
export interface OrderBy<Column extends string> {
  readonly column: Column
  readonly direction?: 'ASC' | 'DESC' | 'asc' | 'desc'
  /** PostgreSQL puts NULL last in ascending order and first in descending order. */
  readonly nulls?: 'FIRST' | 'LAST' | 'first' | 'last'
}

/** Which rows and columns to read, and in which order. */
export interface SelectOptions<Row, Column extends ColumnName<Row> = ColumnName<Row>>
  extends CallOptions {
  /** All columns where left out. */
  readonly columns?: readonly Column[]
  readonly where?: Filter<Row>
  readonly orderBy?: readonly OrderBy<ColumnName<Row>>[]
  readonly limit?: number
  readonly offset?: number
  /** The `next` cursor of a `page`: rows after it in this order, the primary key as tie-break. */
  readonly after?: string
  /** Read through the cache. @throws `PLT_PLUGIN_REQUIRED` without it */
  readonly cache?: boolean
  /** Seconds. */
  readonly cacheTTL?: number
}

/** What `stream` takes beside the options of a select. */
export interface StreamOptions<Row, Column extends ColumnName<Row> = ColumnName<Row>>
  extends Omit<SelectOptions<Row, Column>, 'cache' | 'cacheTTL'> {
  /** Rows fetched at a time; 100 unless given. */
  readonly chunkSize?: number
}

/** One page of an ordered read. */
export interface Page<Row> {
  readonly rows: Row[]
  /** Give it as `after` for the next page; null where this is the last one. */
  readonly next: string | null
}
