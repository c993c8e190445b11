import type { ParseNode } from '@plataforma/core/parser'
import type { Refused } from './extension-statement.js'
import { nodeOf, partsOf } from './statement-nodes.js'

/** Why a statement may not be run on the schema that a module is; `undefined` where it may. */
export function ownSchemaRefusal(tree: ParseNode, schema: string): Refused | undefined {
  const isOwn = (name: string | undefined) => name === schema
  const dropped = nodeOf(tree, 'DropStmt')
  if (dropped?.removeType === 'OBJECT_SCHEMA' && dropped.objects?.flatMap(partsOf).some(isOwn)) {
    return {
      message: `A migration cannot drop "${schema}": its module is that schema.`,
      remedy: 'Drop what is in it, one by one.',
    }
  }
  const renamed = nodeOf(tree, 'RenameStmt')
  if (renamed?.renameType === 'OBJECT_SCHEMA' && isOwn(renamed.subname)) {
    return {
      message: `A migration cannot rename "${schema}": its module is that schema.`,
      remedy: 'Make a module of the new name, and bring the tables there.',
    }
  }
  const given = nodeOf(tree, 'AlterOwnerStmt')
  if (given?.objectType === 'OBJECT_SCHEMA' && partsOf(given.object).some(isOwn)) {
    return {
      message: `A migration cannot give "${schema}" to another owner: its module is that owner.`,
      remedy: 'Remove the statement; a door lets another module at single tables.',
    }
  }
  if (isOwn(nodeOf(tree, 'CreateSchemaStmt')?.schemaname)) {
    return {
      message: `A migration cannot create "${schema}": it is there before the first one runs.`,
      remedy: 'Remove the statement; what it makes in the schema becomes statements of its own.',
    }
  }
  if ('DropOwnedStmt' in tree || 'ReassignOwnedStmt' in tree) {
    return {
      message: `A migration cannot drop or give away all that a role owns: "${schema}" is among it.`,
      remedy: 'Drop what is in the schema, one by one.',
    }
  }
  return undefined
}
