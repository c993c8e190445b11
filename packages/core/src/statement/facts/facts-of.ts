import type { StatementAccess, StatementFacts, StatementKind } from '../statement-facts.js'
import { type ParseNode, parseStatements } from './parser.js'
import type { QualifiedName } from './qualified-names.js'
import { TreeWalker } from './tree-walker.js'
import { walkStatement } from './walk-statement.js'

const RANK: Readonly<Record<StatementAccess, number>> = { read: 0, write: 1, unknown: 2, ddl: 3 }

const NOTHING_KNOWN: StatementFacts = Object.freeze({
  kind: 'unknown',
  access: 'unknown',
  statementCount: 0,
  tablesRead: Object.freeze([]),
  tablesWritten: Object.freeze([]),
  functions: Object.freeze([]),
  volatileFunctions: Object.freeze([]),
  operators: Object.freeze([]),
  types: Object.freeze([]),
  attributes: Object.freeze([]),
  locksRows: false,
  setsSession: true,
  mayReplay: false,
  mayCache: false,
})

/** Parses a text, with the parser loaded, and says what it names and does. */
export function factsOf(sql: string): StatementFacts {
  const statements = parseStatements(sql)
  if (statements === undefined) return NOTHING_KNOWN
  try {
    return conclude(statements)
  } catch (error) {
    // A tree deeper than the stack.
    if (error instanceof RangeError) return NOTHING_KNOWN
    throw error
  }
}

function conclude(statements: readonly ParseNode[]): StatementFacts {
  const walker = new TreeWalker()
  let kind: StatementKind = 'empty'
  let access: StatementAccess = 'read'
  let leavesTheSession = true
  for (const statement of statements) {
    const [tag] = Object.keys(statement)
    if (tag === undefined) return NOTHING_KNOWN
    const own = walkStatement(walker, tag, statement[tag] as ParseNode)
    kind = kind === 'empty' ? own.kind : 'multiple'
    access = larger(access, own.access)
    leavesTheSession &&= own.leavesTheSession
  }
  if (walker.writes) access = larger(access, 'write')
  if (walker.unproven) access = larger(access, 'unknown')
  if (walker.creates) access = 'ddl'
  const tablesRead = walker.tablesRead.list()
  return Object.freeze({
    kind,
    access,
    statementCount: statements.length,
    tablesRead,
    tablesWritten: walker.tablesWritten.list(),
    functions: walker.functions.list(),
    volatileFunctions: walker.volatileFunctions.list(),
    operators: walker.operators.list(),
    types: walker.types.list(),
    attributes: Object.freeze([...walker.attributes]),
    locksRows: walker.locksRows,
    setsSession: walker.mayChangeSession || access === 'ddl' || !leavesTheSession,
    mayReplay: access === 'read' && statements.length <= 1,
    mayCache:
      access === 'read' && kind === 'select' && !walker.varies && !tablesRead.some(isOfTheSystem),
  })
}

function larger(one: StatementAccess, other: StatementAccess): StatementAccess {
  return RANK[other] > RANK[one] ? other : one
}

/** Catalogs and statistics change without a write that anybody could see. */
function isOfTheSystem({ schema, name }: QualifiedName): boolean {
  if (schema !== undefined) return schema.startsWith('pg_') || schema === 'information_schema'
  return name.startsWith('pg_')
}
