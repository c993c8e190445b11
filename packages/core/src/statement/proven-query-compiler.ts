import {
  type CompiledQuery,
  PostgresQueryCompiler,
  type QueryId,
  type RootOperationNode,
} from 'kysely'

const proven = new WeakSet<CompiledQuery>()

/**
 * Kysely's compiler for PostgreSQL, which remembers what it compiled: only there does the tree say
 * anything about the text. `{ ...compiled, sql }` and `CompiledQuery.raw` are not of its making.
 */
export class ProvenQueryCompiler extends PostgresQueryCompiler {
  override compileQuery(node: RootOperationNode, queryId: QueryId): CompiledQuery {
    const compiled = super.compileQuery(node, queryId)
    proven.add(compiled)
    return compiled
  }
}

/** Whether the text was compiled from the tree that stands beside it. */
export function isProven(compiled: CompiledQuery): boolean {
  return proven.has(compiled)
}
