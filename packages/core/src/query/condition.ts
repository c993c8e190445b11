import type { OperationNode } from 'kysely'
import { nodes } from './nodes.js'

/** A part of a filter: an expression, or known without asking the server. */
export type Condition = OperationNode | boolean

/** All hold; `true` for none. */
export function allOf(conditions: readonly Condition[]): Condition {
  if (conditions.includes(false)) return false
  const open = conditions.filter((condition) => typeof condition !== 'boolean')
  return open.length === 0 ? true : nodes.and(open)
}

/** At least one holds; `false` for none. */
export function anyOf(conditions: readonly Condition[]): Condition {
  if (conditions.includes(true)) return true
  const open = conditions.filter((condition) => typeof condition !== 'boolean')
  return open.length === 0 ? false : nodes.or(open)
}

/** SQL's NOT: what is unknown stays unknown. */
export function negated(condition: Condition): Condition {
  return typeof condition === 'boolean' ? !condition : nodes.not(condition)
}
