import type { ColumnInfo } from '../table/table-info.js'
import { columnCodec } from '../value/column-codec.js'
import { DEEPEST_FILTER, isPlainObject } from './filter-condition.js'
import type { PrefixRange } from './like-prefix.js'
import { likeRange } from './operator-conditions.js'
import type { QueryTable } from './query-table.js'
import type { ReadRequest } from './select-statement.js'

/** What the text of a select depends on, and the values that it does not depend on. */
export interface SelectShape {
  readonly key: string
  /** In the order of the text's parameters. */
  readonly values: readonly unknown[]
}

const COMPARISONS: ReadonlySet<string> = new Set(['$eq', '$ne', '$gt', '$gte', '$lt', '$lte'])

/**
 * The shape of a request, so that one text serves all requests of the same shape; `undefined` where
 * the text depends on a value, or the request may be wrong.
 * @throws PlataformaError `PLT_VALUE_INVALID`
 */
export function selectShape(table: QueryTable, request: ReadRequest): SelectShape | undefined {
  const reader = new ShapeReader(table)
  return reader.read(request) ? { key: reader.key, values: reader.values } : undefined
}

/** Each method says whether what it read has a shape. */
class ShapeReader {
  key = ''
  readonly values: unknown[] = []
  readonly #table: QueryTable
  #conditions = 0
  #depth = 0

  constructor(table: QueryTable) {
    this.#table = table
  }

  read({ columns, where, orderBy, limit, offset, after }: ReadRequest): boolean {
    return (
      after === undefined &&
      this.#columns(columns) &&
      this.#where(where) &&
      this.#order(orderBy) &&
      this.#count(limit) &&
      this.#count(offset)
    )
  }

  /** Its length comes first, so that no name can look like the end of another. */
  #word(word: unknown): boolean {
    if (word === undefined) {
      this.key += '-'
      return true
    }
    if (typeof word !== 'string') return false
    this.key += `${word.length}:${word}`
    return true
  }

  #columns(columns: unknown): boolean {
    if (columns === undefined) return this.#word(undefined)
    if (!Array.isArray(columns)) return false
    this.key += `[${columns.length}`
    return [...columns].every((name) => typeof name === 'string' && this.#word(name))
  }

  #where(where: unknown): boolean {
    return where === undefined ? this.#word(undefined) : this.#filter(where)
  }

  #filter(filter: unknown): boolean {
    if (!isPlainObject(filter)) return false
    const names = Object.keys(filter)
    this.key += `{${names.length}`
    for (const name of names) {
      this.#word(name)
      const value = filter[name]
      if (!(name.startsWith('$') ? this.#parts(name, value) : this.#condition(name, value))) {
        return false
      }
    }
    return true
  }

  #parts(name: string, value: unknown): boolean {
    if ((name !== '$and' && name !== '$or') || !Array.isArray(value)) return false
    if (++this.#depth > DEEPEST_FILTER) return false
    this.key += `[${value.length}`
    // A copy has undefined where the list has holes.
    const parts: readonly unknown[] = [...value]
    const found =
      name === '$and'
        ? parts.every((part) => this.#filter(part))
        : parts.length > 0 && parts.every((part) => this.#asks(part))
    this.#depth--
    return found
  }

  /** A part that asks nothing holds for every row, and the other parts then have no text. */
  #asks(part: unknown): boolean {
    const before = this.#conditions
    return this.#filter(part) && this.#conditions > before
  }

  #condition(name: string, value: unknown): boolean {
    const column = this.#table.info.columns.get(name)
    if (column === undefined) return false
    this.#conditions++
    if (!isPlainObject(value)) return this.#operand(column, '$eq', value)
    const operators = Object.keys(value)
    this.key += `{${operators.length}`
    for (const operator of operators) {
      this.#word(operator)
      if (!this.#operand(column, operator, value[operator])) return false
    }
    return true
  }

  #operand(column: ColumnInfo, operator: string, value: unknown): boolean {
    if (COMPARISONS.has(operator)) return this.#value(column, value)
    switch (operator) {
      case '$between':
        return Array.isArray(value) && value.length === 2 && this.#both(column, value)
      case '$in':
      case '$nin':
        return this.#list(column, value)
      case '$like':
        return this.#pattern(value, (text) => likeRange(this.#table, column, text))
      case '$ilike':
        return this.#pattern(value, () => undefined)
      case '$isNull':
        this.key += value === true ? '~' : '!'
        return typeof value === 'boolean'
      default:
        return false
    }
  }

  #both(column: ColumnInfo, [low, high]: readonly unknown[]): boolean {
    return this.#value(column, low) && this.#value(column, high)
  }

  #list(column: ColumnInfo, values: unknown): boolean {
    if (!Array.isArray(values) || values.length === 0 || column.isArray) return false
    if (values.some((each) => each === null || each === undefined)) return false
    this.#add(columnCodec(this.#table.info, column).list(values))
    return true
  }

  #pattern(value: unknown, rangeOf: (text: string) => PrefixRange | undefined): boolean {
    if (typeof value !== 'string' || value.includes('\0')) return false
    const range = rangeOf(value)
    if (range !== undefined) {
      this.key += range.high === undefined ? '<' : '<>'
      this.values.push(range.low)
      if (range.high !== undefined) this.values.push(range.high)
    }
    this.#add(value)
    return true
  }

  #value(column: ColumnInfo, value: unknown): boolean {
    if (value === undefined || Array.isArray(value)) return false
    if (value === null) {
      this.key += '~'
      return true
    }
    this.#add(columnCodec(this.#table.info, column).encode(value))
    return true
  }

  #add(value: unknown): void {
    this.key += '?'
    this.values.push(value)
  }

  #order(orderBy: unknown): boolean {
    if (orderBy === undefined) return this.#word(undefined)
    if (!Array.isArray(orderBy)) return false
    this.key += `[${orderBy.length}`
    return [...orderBy].every(
      (item) =>
        typeof item?.column === 'string' &&
        this.#word(item.column) &&
        this.#word(item.direction) &&
        this.#word(item.nulls),
    )
  }

  #count(count: unknown): boolean {
    if (count === undefined) return this.#word(undefined)
    if (!Number.isSafeInteger(count) || Number(count) < 0) return false
    this.#add(count)
    return true
  }
}
