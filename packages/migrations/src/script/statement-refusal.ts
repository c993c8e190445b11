import type { ParseNode } from '@plataforma/core/parser'
import { extensionRefusal, isAboutExtensions, type Refused } from './extension-statement.js'
import { changesRoleInBody } from './role-in-body.js'
import { nodeOf, optionOf } from './statement-nodes.js'

/** Settings that say who the session is. */
const IDENTITY = ['role', 'session_authorization']

/** Why a migration may not hold a statement; `undefined` where it may. */
export function statementRefusal(
  tree: ParseNode,
  text: string,
  extensions: readonly string[],
): Refused | undefined {
  if (isAboutExtensions(tree)) return extensionRefusal(tree, extensions)
  return sessionRefusal(tree, text) ?? ofCopy(tree) ?? ofUnnamedIndex(tree)
}

/** Why a statement may not change what a migration runs in: transaction, role, session. */
export function sessionRefusal(tree: ParseNode, text: string): Refused | undefined {
  return ofTransaction(tree) ?? ofIdentity(tree, text) ?? ofReset(tree)
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
  const name = nodeOf(tree, 'VariableSetStmt')?.name?.toLowerCase()
  const isSet = name !== undefined && IDENTITY.includes(name)
  const changes =
    isSet ||
    (/set_config/i.test(text) && setsIdentity(tree)) ||
    changesRoleInBody(optionOf(nodeOf(tree, 'DoStmt')?.args, 'as') ?? '')
  if (!changes) return undefined
  return {
    message: 'A migration cannot change the role: it runs as the owner of its module.',
    remedy: 'Remove the statement; what only an administrator may do belongs into no migration.',
  }
}

/** Whether `set_config('role', …)` is called anywhere in a tree. */
function setsIdentity(node: unknown): boolean {
  if (Array.isArray(node)) return node.some(setsIdentity)
  if (typeof node !== 'object' || node === null) return false
  const { FuncCall: call } = node as {
    readonly FuncCall?: {
      readonly funcname?: readonly { readonly String?: { readonly sval?: string } }[]
      readonly args?: readonly unknown[]
    }
  }
  if (call?.funcname?.at(-1)?.String?.sval === 'set_config') {
    const setting = constantOf(call.args?.[0])?.toLowerCase()
    if (setting !== undefined && IDENTITY.includes(setting)) return true
  }
  return Object.values(node).some(setsIdentity)
}

function constantOf(node: unknown): string | undefined {
  const { A_Const, TypeCast } = (node ?? {}) as {
    readonly A_Const?: { readonly sval?: { readonly sval?: string } }
    readonly TypeCast?: { readonly arg?: unknown }
  }
  return TypeCast === undefined ? A_Const?.sval?.sval : constantOf(TypeCast.arg)
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
