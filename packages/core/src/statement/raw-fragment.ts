import type { RootOperationNode } from 'kysely'
import { isSafeQuery } from './raw/safe-query.js'

/**
 * Whether a tree holds SQL text of its author's, or anything else through which SQL text or a call
 * of a function that is not known to be harmless gets into the statement. `false` means: compiled
 * by Kysely, it changes nothing of its session. Functions of the module that it reaches by a
 * trigger, a default, an operator or `table.name` stand outside.
 *
 * @example
 * holdsRawSql(db.selectFrom('t').selectAll().toOperationNode()) // false
 * holdsRawSql(db.selectFrom('t').select(sql`1`.as('one')).toOperationNode()) // true
 */
export function holdsRawSql(node: RootOperationNode): boolean {
  return !isSafeQuery(node)
}
