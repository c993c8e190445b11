import type { OperationNode, TableNode } from 'kysely'

/** Tables and views that stand in a tree. */
export interface NamedRelations {
  /** Without their schemas; aliases are among them. */
  readonly names: readonly string[]
  /** Whether the tree holds an insert, update, delete or merge, be it in a CTE. */
  readonly writes: boolean
}

const WRITES: ReadonlySet<string> = new Set([
  'InsertQueryNode',
  'UpdateQueryNode',
  'DeleteQueryNode',
  'MergeQueryNode',
])
/** Values of the caller's, which name nothing. */
const VALUES: ReadonlySet<string> = new Set(['ValueNode', 'PrimitiveValueListNode'])

/**
 * @example
 * namedRelations(db.deleteFrom('itens').toOperationNode()) // { names: ['itens'], writes: true }
 */
export function namedRelations(root: OperationNode): NamedRelations {
  const names = new Set<string>()
  let writes = false
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) {
      for (const item of value) visit(item)
    } else if (isNode(value)) {
      if (VALUES.has(value.kind)) return
      if (WRITES.has(value.kind)) writes = true
      if (value.kind === 'TableNode') names.add((value as TableNode).table.identifier.name)
      for (const part of Object.values(value)) visit(part)
    }
  }
  visit(root)
  return { names: [...names], writes }
}

function isNode(value: unknown): value is OperationNode {
  return typeof value === 'object' && value !== null && 'kind' in value
}
