import { type OperationNode, TupleNode } from 'kysely'
import { allOf, anyOf, type Condition } from './condition.js'
import type { CursorValues } from './cursor.js'
import { nodes } from './nodes.js'
import type { OrderItem } from './ordering.js'

/**
 * The rows behind a cursor in a total order. Columns without NULL that go the same way compare as
 * one row, which an index serves from the right place; others compare one by one.
 */
export function keysetCondition(items: readonly OrderItem[], values: CursorValues): Condition {
  const places = items.map((item, index) => ({ ...item, value: values[index] ?? null }))
  return isRowComparable(places) ? rowComparison(places) : allOf([bound(places), stepwise(places)])
}

/** What the first column must be at least (or at most), so that an index starts there. */
function bound([place]: readonly Place[]): Condition {
  if (place === undefined || place.value === null) return true
  if (place.column.nullable && !place.nullsFirst) return true
  return nodes.binary(reference(place), place.descending ? '<=' : '>=', parameter(place))
}

interface Place extends OrderItem {
  readonly value: string | null
}

function isRowComparable(places: readonly Place[]): boolean {
  const [first] = places
  return places.every(
    ({ column, descending }) => !column.nullable && descending === first?.descending,
  )
}

function rowComparison(places: readonly Place[]): OperationNode {
  const operator = places[0]?.descending ? '<' : '>'
  const columns = TupleNode.create(places.map(reference))
  return nodes.binary(columns, operator, TupleNode.create(places.map(parameter)))
}

/** `a > x or (a = x and (b > y or (b = y and …)))`, with NULL where the order has it. */
function stepwise([place, ...rest]: readonly Place[]): Condition {
  if (place === undefined) return false
  const equal =
    place.value === null
      ? nodes.isNull(reference(place))
      : nodes.binary(reference(place), '=', parameter(place))
  return anyOf([behind(place), allOf([equal, stepwise(rest)])])
}

function behind(place: Place): Condition {
  const { column, descending, nullsFirst, value } = place
  if (value === null) return nullsFirst ? nodes.isNotNull(reference(place)) : false
  const operator = descending ? '<' : '>'
  return anyOf([
    nodes.binary(reference(place), operator, parameter(place)),
    column.nullable && !nullsFirst && nodes.isNull(reference(place)),
  ])
}

function reference({ column }: Place): OperationNode {
  return nodes.reference(column.name)
}

/** Cast, since a row comparison alone would not tell the server the type of every parameter. */
function parameter({ column, value }: Place): OperationNode {
  return nodes.cast(nodes.value(value), column.castType)
}
