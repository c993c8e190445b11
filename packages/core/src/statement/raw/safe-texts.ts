import type { JoinType, SelectModifier, SetOperator } from 'kysely'
import { functionEffect } from '../facts/function-effect.js'

/** Parts of SQL's grammar that are written like a function. */
const KEYWORD_FUNCTIONS: ReadonlySet<string> = new Set([
  'all',
  'any',
  'coalesce',
  'greatest',
  'grouping',
  'least',
  'merge_action',
  'nullif',
  'row',
  'some',
])

/**
 * Whether a call by this text, exactly, changes nothing: no session, no sequence, no table. A
 * name with a schema, a quote or an upper case letter is none of these.
 */
export function isSafeFunction(text: string): boolean {
  const effect = functionEffect(text)
  return (
    effect === 'pure' || effect === 'stable' || effect === 'harmless' || KEYWORD_FUNCTIONS.has(text)
  )
}

/**
 * Kysely's operators without `match` and `regexp`: PostgreSQL has neither, and reads such a word
 * before parentheses as the name of a function.
 */
export const SAFE_BINARY_OPERATORS: ReadonlySet<string> = new Set([
  ...['=', '==', '!=', '<>', '>', '>=', '<', '<=', 'in', 'not in', 'is', 'is not', 'like'],
  ...['not like', 'ilike', 'not ilike', '@>', '<@', '^@', '&&', '?', '?&', '?|', '!<', '!>'],
  ...['<=>', '!~', '~', '~*', '!~*', '@@', '@@@', '!!', '<->', 'is distinct from'],
  ...['is not distinct from', '+', '-', '*', '/', '%', '^', '&', '|', '#', '<<', '>>', '||'],
  ...['->', '->>', 'between', 'between symmetric'],
])

export const SAFE_UNARY_OPERATORS: ReadonlySet<string> = new Set([
  'exists',
  'not exists',
  'not',
  '-',
])

export const JSON_OPERATORS: ReadonlySet<string> = new Set(['->', '->>'])

export const SAFE_JOINS: ReadonlySet<JoinType> = new Set([
  'InnerJoin',
  'LeftJoin',
  'RightJoin',
  'FullJoin',
  'CrossJoin',
  'LateralInnerJoin',
  'LateralLeftJoin',
  'LateralCrossJoin',
  'Using',
])

export const SET_OPERATORS: ReadonlySet<SetOperator> = new Set(['union', 'intersect', 'except'])

export const SELECT_MODIFIERS: ReadonlySet<SelectModifier> = new Set([
  'ForUpdate',
  'ForNoKeyUpdate',
  'ForShare',
  'ForKeyShare',
  'NoWait',
  'SkipLocked',
  'Distinct',
])

/** What Kysely itself writes as raw text, by the place where it stands. */
export const ORDER_DIRECTIONS: ReadonlySet<string> = new Set(['asc', 'desc'])
export const JOIN_CONDITIONS: ReadonlySet<string> = new Set(['true'])
export const MERGE_ACTIONS: ReadonlySet<string> = new Set(['delete', 'do nothing'])

/** Words and a length: nothing that calls a function. */
export const TYPE_NAME = /^[a-z][a-z0-9_ ]*(\(\d+(, ?\d+)?\))?$/

/** Kysely's helpers for PostgreSQL, whose one hole takes an expression. */
export const HELPERS: ReadonlyMap<string, string> = new Map([
  ["(select coalesce(json_agg(agg), '[]') from ", ' as agg)'],
  ['(select to_json(obj) from ', ' as obj)'],
])
export const OBJECT_HELPER = ['json_build_object(', ')'] as const
export const MERGE_ACTION_HELPER = 'merge_action()'
