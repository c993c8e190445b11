import type { ParseNode } from '@plataforma/core/parser'

/** Why a statement may not stand in a migration. */
export interface ForbiddenStatement {
  /** As people call it, such as `COMMIT` or `SET ROLE`. */
  readonly what: string
  readonly remedy: string
}

const TRANSACTION =
  'Leave it out: a migration is one transaction, or says `"transaction": false` in its first line.'
const ROLE = 'Leave it out: a migration works as the owner of its module from begin to end.'

/** `SET ROLE`, `BEGIN` and the like, which take the migration out of the engine's hands. */
export function forbiddenStatement(tree: ParseNode): ForbiddenStatement | undefined {
  const [tag = '', fields] = Object.entries(tree)[0] ?? []
  const { kind, name } = (fields ?? {}) as { readonly kind?: string; readonly name?: string }
  if (tag === 'TransactionStmt') {
    const what = (kind ?? '').replace(/^TRANS_STMT_/, '').replaceAll('_', ' ')
    return { what, remedy: TRANSACTION }
  }
  if (tag === 'DiscardStmt') return { what: 'DISCARD', remedy: ROLE }
  if (tag !== 'VariableSetStmt') return undefined
  if (kind === 'VAR_RESET_ALL') return { what: 'RESET ALL', remedy: ROLE }
  const verb = kind === 'VAR_RESET' ? 'RESET' : 'SET'
  if (name === 'role') return { what: `${verb} ROLE`, remedy: ROLE }
  if (name !== 'session_authorization') return undefined
  return { what: `${verb} SESSION AUTHORIZATION`, remedy: ROLE }
}
