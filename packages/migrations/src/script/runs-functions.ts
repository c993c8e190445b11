import type { ParseNode } from '@plataforma/core/parser'

/** These may run functions that they do not name, by a view or by a name of their own. */
const KINDS: readonly string[] = ['CallStmt', 'DoStmt', 'ExecuteStmt', 'FetchStmt', 'SelectStmt']

/** Without these no text holds any of it. */
const MENTIONS = /\(|\b(?:call|do|execute|fetch|select|table|values)\b/i

/** Whether a text may hold a statement of which `runsFunctions` holds; cheap. */
export function mayRunFunctions(text: string): boolean {
  return MENTIONS.test(text)
}

/**
 * Whether a statement queries, runs code, or names a function in an expression. What triggers,
 * defaults, rules, operators and casts run is not seen.
 */
export function runsFunctions(tree: ParseNode): boolean {
  return KINDS.some((kind) => kind in tree) || namesFunction(tree)
}

function namesFunction(node: unknown): boolean {
  if (Array.isArray(node)) return node.some(namesFunction)
  if (typeof node !== 'object' || node === null) return false
  // EXPLAIN and CREATE TABLE AS may execute what is prepared.
  if ('FuncCall' in node || 'ExecuteStmt' in node) return true
  return Object.values(node).some(namesFunction)
}
