import { CompiledQuery, type TransactionSettings } from 'kysely'
import { beginSql, quoteName } from '../transaction/control-sql.js'

/** What Kysely's driver asks of a connection besides statements. */
export type Control =
  | { readonly kind: 'begin'; readonly settings: TransactionSettings }
  | { readonly kind: 'commit' | 'rollback' }
  | { readonly kind: 'savepoint' | 'rollback to' | 'release'; readonly name: string }

const controls = new WeakMap<CompiledQuery, Control>()

/** A query that only carries a control command; its text is what a log shows. */
export function controlCommand(control: Control): CompiledQuery {
  const query = CompiledQuery.raw(textOf(control))
  controls.set(query, control)
  return query
}

function textOf(control: Control): string {
  if (control.kind === 'begin') return beginSql(control.settings)
  return 'name' in control ? `${control.kind} ${quoteName(control.name)}` : control.kind
}

export function controlOf(query: CompiledQuery): Control | undefined {
  return controls.get(query)
}
