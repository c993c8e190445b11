import type { ParseNode } from '@plataforma/core/parser'
import { nodeOf, type RelationNode } from './statement-nodes.js'

/** A column that a statement drops, renames or gives another type. */
export interface ChangedColumn {
  readonly schema: string | undefined
  readonly table: string
  readonly column: string
}

const COMMANDS: ReadonlySet<string | undefined> = new Set(['AT_DropColumn', 'AT_AlterColumnType'])

/** The columns that may have policies which stand in the way of a statement. */
export function changedColumns(tree: ParseNode): readonly ChangedColumn[] {
  const renamed = nodeOf(tree, 'RenameStmt')
  if (renamed !== undefined) {
    const { renameType, relation, subname } = renamed
    return renameType === 'OBJECT_COLUMN' ? columnsOf(relation, [subname]) : []
  }
  const altered = nodeOf(tree, 'AlterTableStmt')
  if (altered?.objtype !== 'OBJECT_TABLE') return []
  const commands = altered.cmds?.map((command) => command.AlterTableCmd) ?? []
  const names = commands.filter((one) => COMMANDS.has(one?.subtype)).map((one) => one?.name)
  return columnsOf(altered.relation, names)
}

function columnsOf(
  relation: RelationNode | undefined,
  columns: readonly (string | undefined)[],
): readonly ChangedColumn[] {
  const { schemaname: schema, relname: table = '' } = relation ?? {}
  return columns.flatMap((column) => (column === undefined ? [] : [{ schema, table, column }]))
}
