import type { ParseNode } from '@plataforma/core/parser'
import { nodeOf, optionOf } from './statement-nodes.js'

/** What ends a transaction in PL/pgSQL, where EXECUTE cannot; a procedure that is called may. */
const ENDS = /\b(?:call|commit|rollback)\b/i

/** Whether code of a statement may commit by itself where no transaction is around it. */
export function mayCommit(tree: ParseNode): boolean {
  if ('CallStmt' in tree) return true
  const code = nodeOf(tree, 'DoStmt')?.args
  if (code === undefined) return false
  const language = optionOf(code, 'language') ?? 'plpgsql'
  return language.toLowerCase() !== 'plpgsql' || ENDS.test(optionOf(code, 'as') ?? '')
}
