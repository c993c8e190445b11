import type { ComparedValue } from './row-types.js'

/** Operators that every column has. */
export interface EqualityOperators<Value> {
  /** Equal; `null` means IS NULL. */
  readonly $eq?: Value | null
  /** Not equal, rows with NULL left out; `null` means IS NOT NULL. */
  readonly $ne?: Value | null
  /** One of the list; `[]` matches nothing. */
  readonly $in?: readonly (Value | null)[]
  /** None of the list, rows with NULL left out; `[]` matches everything. */
  readonly $nin?: readonly (Value | null)[]
  readonly $isNull?: boolean
}

/** Operators of numbers, text and dates. */
export interface OrderOperators<Value> {
  readonly $gt?: Value
  readonly $gte?: Value
  readonly $lt?: Value
  readonly $lte?: Value
  /** `[low, high]`, both included. */
  readonly $between?: readonly [low: Value, high: Value]
}

/** Operators of text. */
export interface PatternOperators {
  /** `%` any text, `_` one character, `\` before either takes it literally. */
  readonly $like?: string
  /** `$like` without regard to case. */
  readonly $ilike?: string
}

/** Operators of arrays and JSON. */
export interface ContainmentOperators<Value> {
  readonly $contains?: Value
  readonly $containedBy?: Value
}

/** Operators of arrays. */
export interface OverlapOperators<Value> {
  readonly $overlaps?: Value
}

type EveryOperator = EqualityOperators<unknown> &
  OrderOperators<unknown> &
  PatternOperators &
  ContainmentOperators<unknown> &
  OverlapOperators<unknown>

/** The operators of a column that holds `Value`. */
export type ColumnOperators<Value> = unknown extends Value
  ? EveryOperator
  : [Value] extends [string]
    ? EqualityOperators<Value> & OrderOperators<Value> & PatternOperators
    : [Value] extends [string | number | bigint | Date]
      ? EqualityOperators<Value> & OrderOperators<Value>
      : [Value] extends [boolean]
        ? EqualityOperators<Value>
        : [Value] extends [readonly unknown[]]
          ? EqualityOperators<Value> & ContainmentOperators<Value> & OverlapOperators<Value>
          : EqualityOperators<Value> & OrderOperators<Value> & ContainmentOperators<unknown>

/** What a filter says of one column: a value, `null` for IS NULL, or operators, all of which hold. */
export type ColumnFilter<Value> =
  | Value
  | null
  | (ColumnOperators<Value> & { readonly $not?: ColumnOperators<Value> })

/** Filters joined by logic. */
export interface LogicalFilter<Row> {
  /** All hold. */
  readonly $and?: readonly Filter<Row>[]
  /** At least one holds; `[]` matches nothing. */
  readonly $or?: readonly Filter<Row>[]
  /** As in SQL: what is unknown because of NULL stays unknown and does not match. */
  readonly $not?: Filter<Row>
}

/**
 * Which rows: all columns and logical parts named must hold, with SQL's meaning of NULL.
 *
 * @example
 * const where: Filter<Cliente> = {
 *   nome: { $ilike: '%silva%' },
 *   $or: [{ email: null }, { email: { $like: '%@exemplo.com' } }],
 * }
 */
export type Filter<Row> = {
  readonly [K in keyof Row & string]?: ColumnFilter<ComparedValue<Row[K]>>
} & LogicalFilter<Row>
