import { type CteScope, seesCte } from './cte-scope.js'
import { functionEffect, isBuiltInOperator, mayChangeSession } from './function-effect.js'
import { KNOWN_EXPRESSIONS } from './known-expressions.js'
import type { ParseNode } from './parser.js'
import { QualifiedNames } from './qualified-names.js'

/** `'now'::timestamptz` and the like read the clock without calling a function. */
const CLOCK_LITERAL = /\b(now|today|tomorrow|yesterday)\b/i
const LONGEST_CLOCK_LITERAL = 64

/**
 * Walks the parse tree of one text and notes what it names and does. Whether a name in FROM is a
 * table or a common table expression follows PostgreSQL's rules of scope.
 */
export class TreeWalker {
  readonly tablesRead = new QualifiedNames()
  readonly tablesWritten = new QualifiedNames()
  readonly functions = new QualifiedNames()
  readonly volatileFunctions = new QualifiedNames()
  readonly operators = new QualifiedNames()
  readonly types = new QualifiedNames()
  readonly attributes = new Set<string>()
  /** Changes rows, takes locks or calls what does. */
  writes = false
  /** Creates a table by SELECT INTO. */
  creates = false
  locksRows = false
  /** Holds something that nothing is known of. */
  unproven = false
  /** Reads the clock, the session or a random sample. */
  varies = false
  mayChangeSession = false

  /** SELECT, INSERT, UPDATE, DELETE or MERGE. */
  query(tag: string, body: ParseNode): void {
    this.#node(tag, body, undefined)
  }

  /** Whatever queries, tables and expressions another statement holds. */
  parts(body: ParseNode): void {
    this.#fields(body, undefined)
  }

  target(table: ParseNode): void {
    this.#target(table)
  }

  source(table: ParseNode): void {
    this.#table(table, undefined)
  }

  #walk(value: unknown, scope: CteScope | undefined): void {
    if (Array.isArray(value)) {
      for (const item of value) this.#walk(item, scope)
    } else if (isNode(value)) {
      const tag = tagOf(value)
      if (tag === undefined) this.#message(value, scope)
      else this.#node(tag, value[tag] as ParseNode, scope)
    }
  }

  #fields(body: ParseNode, scope: CteScope | undefined, except?: string): void {
    for (const key in body) {
      if (key !== except) this.#walk(body[key], scope)
    }
  }

  /** A part without a tag: its fields say what it is. */
  #message(body: ParseNode, scope: CteScope | undefined): void {
    if (typeof body.relname === 'string') this.#target(body)
    else if (Array.isArray(body.funcname)) this.#call(body, scope)
    else if (Array.isArray(body.names)) this.#type(body, scope)
    else this.#fields(body, scope)
  }

  #node(tag: string, body: ParseNode, scope: CteScope | undefined): void {
    switch (tag) {
      case 'SelectStmt':
        this.#select(body, scope)
        break
      case 'InsertStmt':
      case 'UpdateStmt':
      case 'DeleteStmt':
      case 'MergeStmt':
        this.writes = true
        this.#fields(body, this.#scopeOf(body, scope), 'withClause')
        break
      case 'RangeVar':
        this.#table(body, scope)
        break
      case 'FuncCall':
        this.#call(body, scope)
        break
      case 'TypeName':
        this.#type(body, scope)
        break
      case 'A_Expr':
        if (!String(body.kind).includes('BETWEEN')) this.#operator(body.name)
        this.#fields(body, scope)
        break
      case 'SubLink':
        this.#operator(body.operName)
        this.#fields(body, scope)
        break
      case 'SortBy':
        this.#operator(body.useOp)
        this.#fields(body, scope)
        break
      case 'ColumnRef':
        this.#columnReference(body)
        break
      case 'A_Indirection':
        for (const name of strings(body.indirection)) this.attributes.add(name)
        this.#fields(body, scope)
        break
      case 'A_Const':
        this.#constant(body)
        break
      case 'SQLValueFunction':
        this.varies = true
        break
      case 'RangeTableSample':
        this.#sample(body, scope)
        break
      case 'LockingClause':
        this.locksRows = true
        this.writes = true
        break
      default:
        if (!KNOWN_EXPRESSIONS.has(tag)) {
          this.unproven = true
          this.mayChangeSession = true
        }
        this.#fields(body, scope)
    }
  }

  #select(body: ParseNode, scope: CteScope | undefined): void {
    const inner = this.#scopeOf(body, scope)
    for (const key in body) {
      if (key === 'withClause') continue
      if (key === 'intoClause') this.creates = true
      const part = body[key]
      if ((key === 'larg' || key === 'rarg') && isNode(part)) this.#select(part, inner)
      else this.#walk(part, inner)
    }
  }

  /**
   * Walks the WITH clause and returns what the query behind it sees. Without RECURSIVE an
   * expression sees those before it, not itself; with it, all of the clause.
   */
  #scopeOf(body: ParseNode, outer: CteScope | undefined): CteScope | undefined {
    const clause = body.withClause
    if (!isNode(clause) || !Array.isArray(clause.ctes)) return outer
    const expressions = clause.ctes.map((cte) => cte.CommonTableExpr as ParseNode)
    const withName = (scope: CteScope | undefined, cte: ParseNode): CteScope => ({
      name: String(cte.ctename),
      outer: scope,
    })
    if (clause.recursive === true) {
      const scope = expressions.reduce(withName, outer)
      for (const cte of expressions) this.#fields(cte, scope)
      return scope
    }
    let scope = outer
    for (const cte of expressions) {
      this.#fields(cte, scope)
      scope = withName(scope, cte)
    }
    return scope
  }

  #table(body: ParseNode, scope: CteScope | undefined): void {
    const { schemaname, relname } = body
    if (typeof relname !== 'string') return
    if (typeof schemaname === 'string') this.tablesRead.add(schemaname, relname)
    else if (!seesCte(scope, relname)) this.tablesRead.add(undefined, relname)
  }

  /** The target of a statement is always a table, whatever the WITH clause holds. */
  #target(body: ParseNode): void {
    const { schemaname, relname } = body
    const schema = typeof schemaname === 'string' ? schemaname : undefined
    this.tablesWritten.add(schema, String(relname))
    // An UPDATE of this view is a set_config for each of its rows.
    if (relname === 'pg_settings') this.mayChangeSession = true
  }

  #call(body: ParseNode, scope: CteScope | undefined): void {
    const { schema, name } = qualified(body.funcname)
    this.functions.add(schema, name)
    const builtIn = schema === undefined || schema === 'pg_catalog'
    const effect = builtIn ? functionEffect(name) : 'unknown'
    if (effect !== 'pure') this.varies = true
    if (effect === 'effects') this.writes = true
    if (effect === 'unknown') this.unproven = true
    if (effect !== 'pure' && effect !== 'stable') this.volatileFunctions.add(schema, name)
    if (!builtIn || mayChangeSession(name)) this.mayChangeSession = true
    this.#fields(body, scope)
  }

  #operator(names: unknown): void {
    if (!Array.isArray(names) || names.length === 0) return
    const { schema, name } = qualified(names)
    this.operators.add(schema, name)
    if ((schema !== undefined && schema !== 'pg_catalog') || !isBuiltInOperator(name)) {
      this.unproven = true
      this.mayChangeSession = true
    }
  }

  #type(body: ParseNode, scope: CteScope | undefined): void {
    const { schema, name } = qualified(body.names)
    if (schema !== 'pg_catalog') this.types.add(schema, name)
    this.#fields(body, scope)
  }

  #columnReference(body: ParseNode): void {
    const names = strings(body.fields)
    const last = names.at(-1)
    if (names.length > 1 && last !== undefined) this.attributes.add(last)
  }

  #constant(body: ParseNode): void {
    const text = (body.sval as ParseNode | undefined)?.sval
    if (typeof text !== 'string' || text.length > LONGEST_CLOCK_LITERAL) return
    if (CLOCK_LITERAL.test(text)) this.varies = true
  }

  #sample(body: ParseNode, scope: CteScope | undefined): void {
    this.varies = true
    const { schema, name } = qualified(body.method)
    if ((schema ?? 'pg_catalog') !== 'pg_catalog' || !/^(system|bernoulli)$/.test(name)) {
      this.functions.add(schema, name)
      this.volatileFunctions.add(schema, name)
      this.unproven = true
      this.mayChangeSession = true
    }
    this.#fields(body, scope, 'method')
  }
}

function isNode(value: unknown): value is ParseNode {
  return typeof value === 'object' && value !== null
}

/** The tag of `{ Tag: { … } }`: the one key, with an upper case initial. */
function tagOf(value: ParseNode): string | undefined {
  let tag: string | undefined
  for (const key in value) {
    if (tag !== undefined) return undefined
    tag = key
  }
  if (tag === undefined) return undefined
  const initial = tag.charCodeAt(0)
  return initial >= 65 && initial <= 90 ? tag : undefined
}

function strings(list: unknown): readonly string[] {
  if (!Array.isArray(list)) return []
  return list.flatMap((item) => (typeof item.String?.sval === 'string' ? [item.String.sval] : []))
}

function qualified(names: unknown): { readonly schema: string | undefined; readonly name: string } {
  const parts = strings(names)
  return { schema: parts.at(-2), name: parts.at(-1) ?? '' }
}
