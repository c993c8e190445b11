import { factsOf } from './facts/facts-of.js'
import { loadParser, parserIsLoaded } from './facts/parser.js'
import type { QualifiedName } from './facts/qualified-names.js'
import { TextMemory } from './text-memory.js'

export type { QualifiedName } from './facts/qualified-names.js'

/**
 * What a text is. TABLE and VALUES count as `select`, `ddl` is all that changes a schema, `empty`
 * holds no statement, `multiple` more than one, `unknown` cannot be parsed.
 */
export type StatementKind =
  | 'select'
  | 'insert'
  | 'update'
  | 'delete'
  | 'merge'
  | 'truncate'
  | 'copy'
  | 'do'
  | 'call'
  | 'explain'
  | 'show'
  | 'set'
  | 'transaction'
  | 'prepare'
  | 'execute'
  | 'declare'
  | 'lock'
  | 'ddl'
  | 'other'
  | 'empty'
  | 'multiple'
  | 'unknown'

/**
 * `read` is proven to change nothing and to run on a replica. `write` changes rows of
 * `tablesWritten`, takes row locks, or has effects outside tables (`nextval`). `ddl` changes a
 * schema. `unknown` may do anything.
 */
export type StatementAccess = 'read' | 'write' | 'unknown' | 'ddl'

/**
 * What is known of a SQL text. Names of views stand as they are written. Not seen: triggers,
 * defaults, policies, cascading foreign keys, what a view's definition calls, and an overload
 * of the user's of a built-in function's or operator's name.
 */
export interface StatementFacts {
  readonly kind: StatementKind
  readonly access: StatementAccess
  readonly statementCount: number
  /** Tables and views in FROM and the like; the target of a change counts only as written. */
  readonly tablesRead: readonly QualifiedName[]
  readonly tablesWritten: readonly QualifiedName[]
  readonly functions: readonly QualifiedName[]
  /** Those of `functions` that are not proven stable or immutable. */
  readonly volatileFunctions: readonly QualifiedName[]
  readonly operators: readonly QualifiedName[]
  /** Types of casts and column definitions outside pg_catalog's keywords. */
  readonly types: readonly QualifiedName[]
  /** Names used as `x.name`, which PostgreSQL also takes for a function call `name(x)`. */
  readonly attributes: readonly string[]
  /** FOR UPDATE, FOR NO KEY UPDATE, FOR SHARE or FOR KEY SHARE. */
  readonly locksRows: boolean
  /** `false` only where it is proven to leave settings, session locks and the like alone. */
  readonly setsSession: boolean
  /** It may be sent again when its answer was lost. */
  readonly mayReplay: boolean
  /** Its rows depend on `tablesRead`, parameters and settings alone. */
  readonly mayCache: boolean
}

const remembered = new TextMemory<StatementFacts>(2_000, 4_000_000)

/**
 * What is known of a SQL text, by PostgreSQL's own parser, remembered by text. The parser is
 * loaded at the first call. A text that cannot be parsed gives `access: 'unknown'`.
 *
 * @example
 * const facts = await statementFacts('select * from clientes')
 * facts.tablesRead // [{ schema: undefined, name: 'clientes' }]
 */
export async function statementFacts(sql: string): Promise<StatementFacts> {
  for (;;) {
    const facts = statementFactsNow(sql)
    if (facts !== undefined) return facts
    // Again where another text has meanwhile broken the parser.
    await loadParser()
  }
}

/** Loads the parser, so that `statementFactsNow` answers. */
export function loadStatementFacts(): Promise<void> {
  return loadParser()
}

/** As `statementFacts`, at once; `undefined` while the parser is not loaded. */
export function statementFactsNow(sql: string): StatementFacts | undefined {
  return remembered.get(sql) ?? (parserIsLoaded() ? learn(sql) : undefined)
}

function learn(sql: string): StatementFacts {
  const facts = factsOf(sql)
  remembered.set(sql, facts)
  return facts
}
