import { CompiledQuery, type TransactionSettings } from 'kysely'

/** What Kysely's driver asks of a connection besides statements. */
export type Control =
  | { readonly kind: 'begin'; readonly settings: TransactionSettings }
  | { readonly kind: 'commit' | 'rollback' }
  | { readonly kind: 'savepoint' | 'rollback to' | 'release'; readonly name: string }

const controls = new WeakMap<CompiledQuery, Control>()

/** A query that only carries a control command; its text is what a log shows. */
export function controlCommand(control: Control): CompiledQuery {
  const query = CompiledQuery.raw(
    'name' in control ? `${control.kind} "${control.name}"` : control.kind,
  )
  controls.set(query, control)
  return query
}

export function controlOf(query: CompiledQuery): Control | undefined {
  return controls.get(query)
}
