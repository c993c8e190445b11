import {
  type CompiledQuery,
  PostgresQueryCompiler,
  type QueryId,
  type RootOperationNode,
} from 'kysely'

class Given {
  constructor(query: CompiledQuery) {
    // biome-ignore lint/correctness/noConstructorReturn: what a subclass adds, it adds to this
    return query
  }
}

/** A private member on somebody else's object, a tenth of the cost of a `WeakSet` of all queries. */
class Proof extends Given {
  readonly #isProven = true

  static isOn(query: CompiledQuery): boolean {
    return #isProven in query
  }
}

/**
 * Kysely's compiler for PostgreSQL, which remembers what it compiled: only there does the tree say
 * anything about the text. `{ ...compiled, sql }` and `CompiledQuery.raw` are not of its making.
 */
export class ProvenQueryCompiler extends PostgresQueryCompiler {
  override compileQuery(node: RootOperationNode, queryId: QueryId): CompiledQuery {
    const compiled = super.compileQuery(node, queryId)
    new Proof(compiled)
    return compiled
  }
}

/** Whether the text was compiled from the tree that stands beside it. */
export function isProven(compiled: CompiledQuery): boolean {
  return Proof.isOn(compiled)
}
