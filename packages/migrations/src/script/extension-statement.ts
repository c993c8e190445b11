import type { ParseNode } from '@plataforma/core/parser'
import { nodeOf, optionOf, partsOf } from './statement-nodes.js'

/** The schema of all extensions. */
const EXTENSION_SCHEMA = 'extensions'

/** What PostgreSQL 15 marks as trusted among its own data types and functions, and two more. */
const USUAL_EXTENSIONS: readonly string[] = [
  'btree_gin',
  'btree_gist',
  'citext',
  'cube',
  'dict_int',
  'fuzzystrmatch',
  'hstore',
  'intarray',
  'isn',
  'lo',
  'ltree',
  'pg_trgm',
  'pgcrypto',
  'plpgsql',
  'postgis',
  'seg',
  'tablefunc',
  'tcn',
  'tsm_system_rows',
  'tsm_system_time',
  'unaccent',
  'uuid-ossp',
  'vector',
]

/** Why a statement about extensions is refused: a sentence, and what to do. */
export interface Refused {
  readonly message: string
  readonly remedy: string
}

/** Whether a statement is about extensions, which no owner of a module may create. */
export function isAboutExtensions(tree: ParseNode): boolean {
  return (
    'CreateExtensionStmt' in tree ||
    'AlterExtensionStmt' in tree ||
    'AlterExtensionContentsStmt' in tree ||
    nodeOf(tree, 'AlterObjectSchemaStmt')?.objectType === 'OBJECT_EXTENSION' ||
    nodeOf(tree, 'CommentStmt')?.objtype === 'OBJECT_EXTENSION' ||
    nodeOf(tree, 'DropStmt')?.removeType === 'OBJECT_EXTENSION'
  )
}

/** Why the administrator may not run a statement about extensions; `undefined` where it may. */
export function extensionRefusal(tree: ParseNode, allowed: readonly string[]): Refused | undefined {
  const unknown = namesOf(tree).find(
    (name) => !USUAL_EXTENSIONS.includes(name) && !allowed.includes(name),
  )
  if (unknown !== undefined) {
    return {
      message: `The extension "${unknown}" is not one that migrations may touch.`,
      remedy: `Add it to the option "extensions" of migrations where every module may use it.`,
    }
  }
  const created = nodeOf(tree, 'CreateExtensionStmt')
  const schema = optionOf(created?.options, 'schema')
  // What pg_dump writes for what is there already.
  const isBuiltIn = created?.extname === 'plpgsql' && created.if_not_exists
  if (schema !== undefined && schema !== EXTENSION_SCHEMA && !isBuiltIn) return elsewhere(schema)
  if (optionOf(created?.options, 'cascade') !== undefined) {
    return {
      message: 'CASCADE would create extensions that nobody has named.',
      remedy: 'Create each extension by a statement of its own, without CASCADE.',
    }
  }
  if (nodeOf(tree, 'DropStmt')?.behavior === 'DROP_CASCADE') {
    return {
      message: 'CASCADE would drop what other modules have of the extension.',
      remedy: 'Drop what uses the extension first, then the extension without CASCADE.',
    }
  }
  if ('AlterObjectSchemaStmt' in tree) return elsewhere(undefined)
  if ('AlterExtensionContentsStmt' in tree) {
    return {
      message: 'A migration cannot change what belongs to an extension.',
      remedy: 'Leave the members of an extension to its own scripts.',
    }
  }
  return undefined
}

function elsewhere(schema: string | undefined): Refused {
  return {
    message: `Extensions are in schema "${EXTENSION_SCHEMA}"${schema === undefined ? '' : `, not in "${schema}"`}.`,
    remedy: `Leave the schema out: "${EXTENSION_SCHEMA}" is in the search path of every module.`,
  }
}

function namesOf(tree: ParseNode): readonly string[] {
  const name =
    nodeOf(tree, 'CreateExtensionStmt')?.extname ??
    nodeOf(tree, 'AlterExtensionStmt')?.extname ??
    nodeOf(tree, 'AlterExtensionContentsStmt')?.extname
  if (name !== undefined) return [name]
  const commented = partsOf(nodeOf(tree, 'CommentStmt')?.object)
  return [...commented, ...(nodeOf(tree, 'DropStmt')?.objects ?? []).flatMap(partsOf)]
}
