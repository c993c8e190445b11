import type { ParseNode } from '@plataforma/core/parser'
import { changesRole } from './changes-role.js'
import { extensionRefusal, isAboutExtensions, type Refused } from './extension-statement.js'
import { ownSchemaRefusal } from './own-schema.js'
import { nodeOf } from './statement-nodes.js'

export interface Permissions {
  /** Extensions that may be touched, beside the usual ones. */
  readonly extensions?: readonly string[] | undefined
  /** The schema that the module is, where somebody else makes and keeps it. */
  readonly ownSchema?: string | undefined
}

/** Why a migration may not hold a statement; `undefined` where it may. */
export function statementRefusal(
  tree: ParseNode,
  text: string,
  { extensions = [], ownSchema }: Permissions,
): Refused | undefined {
  if (isAboutExtensions(tree)) return extensionRefusal(tree, extensions)
  const refused = ownSchema === undefined ? undefined : ownSchemaRefusal(tree, ownSchema)
  if (refused !== undefined) return refused
  return sessionRefusal(tree, text) ?? ofCopy(tree) ?? ofUnnamedIndex(tree)
}

/** Why a statement may not change what a migration runs in: transaction, role, session. */
export function sessionRefusal(tree: ParseNode, text: string): Refused | undefined {
  return ofTransaction(tree) ?? ofIdentity(tree, text) ?? ofReset(tree) ?? ofTexts(tree)
}

function ofTransaction(tree: ParseNode): Refused | undefined {
  const kind = nodeOf(tree, 'TransactionStmt')?.kind
  if (kind === undefined) return undefined
  return /SAVEPOINT|ROLLBACK_TO|RELEASE/.test(kind)
    ? {
        message: 'A migration cannot set savepoints: a statement that fails ends it.',
        remedy: 'Put what may fail into a DO block with EXCEPTION.',
      }
    : {
        message: 'A migration cannot begin or end transactions: it runs in one of its own.',
        remedy:
          'Remove the statement; "transaction": false in the metadata runs each statement by itself.',
      }
}

function ofIdentity(tree: ParseNode, text: string): Refused | undefined {
  if (!changesRole(tree, text)) return undefined
  return {
    message: 'A migration cannot change the role: it runs as the owner of its module.',
    remedy: 'Remove the statement; what only an administrator may do belongs into no migration.',
  }
}

function ofReset(tree: ParseNode): Refused | undefined {
  const isReset =
    nodeOf(tree, 'VariableSetStmt')?.kind === 'VAR_RESET_ALL' ||
    nodeOf(tree, 'DiscardStmt')?.target === 'DISCARD_ALL'
  return isReset
    ? {
        message: 'A migration cannot reset its session: its schema, timeouts and locks hang on it.',
        remedy: 'Reset by name what the migration has set itself.',
      }
    : undefined
}

const TEXTS = 'standard_conforming_strings'

/** The statements after it were cut as if it were on, whatever it is. */
function ofTexts(tree: ParseNode): Refused | undefined {
  const set = nodeOf(tree, 'VariableSetStmt')
  if (set?.name?.toLowerCase() !== TEXTS || set.kind !== 'VAR_SET_VALUE') return undefined
  const { sval, boolval, ival } = set.args?.[0]?.A_Const ?? {}
  const value = (sval?.sval ?? String(boolval?.boolval ?? ival?.ival ?? 'false')).toLowerCase()
  if (['on', 'true', 'yes', '1'].includes(value)) return undefined
  return {
    message: `Migrations are read with "${TEXTS}" on: a backslash in '…' is itself.`,
    remedy: "Remove the statement, and write texts with backslash escapes as E'…'.",
  }
}

function ofCopy(tree: ParseNode): Refused | undefined {
  const copy = nodeOf(tree, 'CopyStmt')
  if (copy === undefined || copy.is_program || copy.filename !== undefined) return undefined
  return copyRefusal(copy.is_from ?? false)
}

/** Why COPY between the server and its client is refused. */
export function copyRefusal(isFrom: boolean): Refused {
  return isFrom
    ? {
        message: 'COPY … FROM stdin takes its rows from psql, which does not run migrations.',
        remedy: 'Write the rows as INSERT … VALUES; "pg_dump --inserts" does it for a dump.',
      }
    : {
        message: 'COPY … TO stdout sends rows that nobody reads.',
        remedy: 'Remove the statement.',
      }
}

function ofUnnamedIndex(tree: ParseNode): Refused | undefined {
  const index = nodeOf(tree, 'IndexStmt')
  if (!index?.concurrent || index.idxname !== undefined) return undefined
  return {
    message:
      'An index made CONCURRENTLY needs a name: without one, a second try after an interruption makes a second index.',
    remedy: 'Write CREATE INDEX CONCURRENTLY name ON ….',
  }
}
