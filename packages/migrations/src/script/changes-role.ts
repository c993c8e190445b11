import { type ParseNode, parsePlaced } from '@plataforma/core/parser'
import { changesRoleInBody } from './role-in-body.js'
import { nodeOf, type OptionNode, optionOf, partsOf } from './statement-nodes.js'

/** Settings that say who the session is. */
const IDENTITY: readonly unknown[] = ['role', 'session_authorization']

/** Without these no text changes the role where it can be seen. */
const MENTIONS = /role|authorization|pg_settings|u&["']/i

/**
 * Whether a statement changes who the session is, now or whenever what it makes is run: in its own
 * words, in a setting of a function, login or database, or in the body of a function or of DO.
 */
export function changesRole(tree: ParseNode, text: string): boolean {
  if (!MENTIONS.test(text)) return false
  return setsIdentity(tree) || bodiesOf(tree).some(inBody)
}

/** The nodes are as deep as the parser lets an expression be. */
function setsIdentity(node: unknown): boolean {
  if (Array.isArray(node)) return node.some(setsIdentity)
  if (typeof node !== 'object' || node === null) return false
  const { FuncCall, VariableSetStmt, setstmt, UpdateStmt } = node as IdentityNodes
  const set = VariableSetStmt ?? setstmt
  if (set !== undefined && IDENTITY.includes(set.name?.toLowerCase())) return true
  if (UpdateStmt?.relation?.relname === 'pg_settings') return true
  if (FuncCall?.funcname?.at(-1)?.String?.sval === 'set_config') {
    if (IDENTITY.includes(constantOf(FuncCall.args?.[0])?.toLowerCase())) return true
  }
  return Object.values(node).some(setsIdentity)
}

interface IdentityNodes {
  readonly FuncCall?: {
    readonly funcname?: readonly { readonly String?: { readonly sval?: string } }[]
    readonly args?: readonly unknown[]
  }
  readonly VariableSetStmt?: { readonly name?: string }
  /** Of ALTER ROLE, ALTER DATABASE and ALTER SYSTEM, where it has no tag. */
  readonly setstmt?: { readonly name?: string }
  readonly UpdateStmt?: { readonly relation?: { readonly relname?: string } }
}

function constantOf(node: unknown): string | undefined {
  const { A_Const, TypeCast } = (node ?? {}) as {
    readonly A_Const?: { readonly sval?: { readonly sval?: string } }
    readonly TypeCast?: { readonly arg?: unknown }
  }
  return TypeCast === undefined ? A_Const?.sval?.sval : constantOf(TypeCast.arg)
}

interface Body {
  readonly language: string
  readonly text: string
}

function bodiesOf(tree: ParseNode): readonly Body[] {
  const options: readonly OptionNode[] =
    nodeOf(tree, 'DoStmt')?.args ?? nodeOf(tree, 'CreateFunctionStmt')?.options ?? []
  const language = optionOf(options, 'language')?.toLowerCase() ?? 'plpgsql'
  return options
    .filter(({ DefElem }) => DefElem?.defname === 'as')
    .flatMap(({ DefElem }) => partsOf(DefElem?.arg))
    .map((text) => ({ language, text }))
}

function inBody({ language, text }: Body): boolean {
  if (language !== 'sql') return changesRoleInBody(text)
  try {
    return parsePlaced(text).some(({ tree }) => changesRole(tree, text))
  } catch {
    // The server will say what is wrong with it.
    return false
  }
}
