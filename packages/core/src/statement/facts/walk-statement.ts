import type { StatementAccess, StatementKind } from '../statement-facts.js'
import type { ParseNode } from './parser.js'
import { kindAndAccess } from './statement-kind.js'
import type { TreeWalker } from './tree-walker.js'

/** What a statement is before its functions are looked at. */
export interface StatementNature {
  readonly kind: StatementKind
  readonly access: StatementAccess
  /** Whether only its functions can change the session. */
  readonly leavesTheSession: boolean
}

/** Walks one statement of any kind. */
export function walkStatement(walker: TreeWalker, tag: string, body: ParseNode): StatementNature {
  const [kind, access] = kindAndAccess(tag)
  switch (tag) {
    case 'SelectStmt':
    case 'InsertStmt':
    case 'UpdateStmt':
    case 'DeleteStmt':
    case 'MergeStmt':
      walker.query(tag, body)
      return { kind, access, leavesTheSession: true }
    case 'ExplainStmt':
      return { ...walkExplained(walker, body), kind }
    case 'TruncateStmt':
      return { kind, access: walkTruncate(walker, body), leavesTheSession: true }
    case 'CopyStmt':
      return { kind, access: walkCopy(walker, body), leavesTheSession: false }
    case 'DropStmt':
      walkDrop(walker, body)
      return { kind, access, leavesTheSession: false }
    default:
      walker.parts(body)
      return { kind, access, leavesTheSession: kind === 'show' }
  }
}

/** With CASCADE it empties tables that the text does not name. */
function walkTruncate(walker: TreeWalker, body: ParseNode): StatementAccess {
  for (const relation of body.relations as readonly ParseNode[]) {
    walker.target(relation.RangeVar as ParseNode)
  }
  return body.behavior === 'DROP_CASCADE' ? 'unknown' : 'write'
}

/** COPY TO can write a file or run a program of the server, so it is no plain read. */
function walkCopy(walker: TreeWalker, body: ParseNode): StatementAccess {
  if (body.is_from === true) {
    walker.parts(body)
    return 'write'
  }
  const { relation, ...rest } = body
  if (relation !== undefined) walker.source(relation as ParseNode)
  walker.parts(rest)
  return 'unknown'
}

/** ANALYZE executes it; without, the plan of a change is no plain read either. */
function walkExplained(walker: TreeWalker, body: ParseNode): StatementNature {
  const query = body.query as ParseNode
  const [tag] = Object.keys(query)
  if (tag === undefined) throw new TypeError('EXPLAIN of nothing')
  return walkStatement(walker, tag, query[tag] as ParseNode)
}

const RELATIONS = /^OBJECT_(TABLE|VIEW|MATVIEW|FOREIGN_TABLE)$/

function walkDrop(walker: TreeWalker, body: ParseNode): void {
  if (!RELATIONS.test(String(body.removeType))) return
  for (const object of body.objects as readonly ParseNode[]) {
    const names = (object.List as { items: { String: { sval: string } }[] }).items
    const [relname, schemaname] = names.map((name) => name.String.sval).reverse()
    walker.target({ relname, schemaname })
  }
}
