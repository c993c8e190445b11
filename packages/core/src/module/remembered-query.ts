import { type CompiledQuery, createQueryId, type RootOperationNode } from 'kysely'

/** A statement whose text was compiled before, for other values; its tree is made when asked for. */
export class RememberedQuery<Row> implements CompiledQuery<Row> {
  readonly sql: string
  readonly parameters: readonly unknown[]
  readonly queryId = createQueryId()
  readonly #make: () => RootOperationNode
  #query: RootOperationNode | undefined

  constructor(sql: string, parameters: readonly unknown[], make: () => RootOperationNode) {
    this.sql = sql
    this.parameters = parameters
    this.#make = make
  }

  get query(): RootOperationNode {
    this.#query ??= this.#make()
    return this.#query
  }
}
